"""Which papers the table is trained on, and which are held out to make choices.

Only arXiv metadata (CC0) is trained on. A paper that stands in a benchmark or in the development sets never reaches
training: every later step must take its papers from `Split.train`.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ARXIV = ("arxiv-1993-2019-sample.jsonl.xz", "arxiv-2025-2026.jsonl.xz")
COMMUNITY = "hf-daily-papers.jsonl.xz"
CLASSIFICATION = "benchmarks/arxiv-primary-category"
DEV_PAPERS = 20_000
SHORTEST_ABSTRACT = 200
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z$\\])")


@dataclass(frozen=True)
class Paper:
    """One paper as the trainer sees it."""

    id: str
    title: str
    abstract: str


@dataclass(frozen=True)
class Split:
    """Training papers in a fixed shuffled order, and two development pools that training never sees."""

    train: list[Paper]
    dev: list[Paper]
    community: list[Paper]


def read_jsonl(path: Path) -> Iterator[dict[str, object]]:
    """Yield the objects of one JSON Lines file, packed by xz if its name ends in .xz."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_papers(path: Path) -> Iterator[Paper]:
    """Yield the papers of one corpus that have both a title and an abstract long enough to learn from."""
    for record in read_jsonl(path):
        title, abstract = str(record.get("title") or ""), str(record.get("abstract") or "")
        if title and len(abstract) >= SHORTEST_ABSTRACT:
            yield Paper(str(record["id"]), title, abstract)


def load_split(data: Path, seed: int = 1) -> Split:
    """Read the corpora below `data` and divide them; the same data and seed give the same division."""
    community = list(read_papers(data / "corpora" / COMMUNITY))
    held_out = {paper.id for paper in community}
    for path in sorted((data / CLASSIFICATION).glob("*.jsonl.xz")):
        held_out.update(str(record["id"]) for record in read_jsonl(path))
    papers = {paper.id: paper for name in ARXIV for paper in read_papers(data / "corpora" / name)}
    return _divided([paper for paper in papers.values() if paper.id not in held_out], community, seed)


def split_of(files: Sequence[Path], seed: int = 1) -> Split:
    """Divide the papers of any files, for a table of another field; there is no second community to ask then."""
    papers = {paper.id: paper for path in files for paper in read_papers(path)}
    return _divided(list(papers.values()), [], seed)


def _divided(papers: Sequence[Paper], community: list[Paper], seed: int) -> Split:
    held = min(DEV_PAPERS, len(papers) // 10)
    if not held:
        raise SystemExit(f"{len(papers)} papers with a title and an abstract are too few to train and to measure on")
    shuffled = [papers[i] for i in np.random.default_rng(seed).permutation(len(papers))]
    return Split(train=shuffled[held:], dev=shuffled[:held], community=community)


def sentences(abstract: str) -> list[str]:
    """Cut an abstract into sentences; abbreviations cut too early cost a little noise and nothing else."""
    return [piece for piece in SENTENCE_END.split(" ".join(abstract.split())) if len(piece) >= 30]
