"""A small collection for search tests: an encoder of invented vectors, and a change log in memory."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.jobs.leases import Leases
from broadsheet.papers.paper import Paper
from broadsheet.search.index import Index
from broadsheet.search.weights import Fit, KnownWeights


def put_instead(file: Path, content: bytes) -> None:
    """Put other content where a file is, as a new file: cut off in place, it would kill whoever has it mapped."""
    other = file.with_name(f".{file.name}.other")
    other.write_bytes(content)
    other.replace(file)


class BagEncoder:
    """Gives each word a fixed chance vector and sums them: texts that share words lie near each other."""

    def __init__(self, dimension: int = 256, fingerprint: str = "bag1") -> None:
        self.name, self.fingerprint, self.dimension = "bag", fingerprint, dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                vector += _of_word(word, self.dimension)
            vector /= max(float(np.linalg.norm(vector)), 1e-9)
        return vectors

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return self.encode_queries([f"{title} {abstract}" for title, abstract in papers])


@cache
def _of_word(word: str, dimension: int) -> NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(dimension)


@dataclass(frozen=True)
class Change:
    change: int
    paper_id: int
    paper: Paper | None


class Log:
    """A change log as the catalogue keeps it: of each paper only its last change is there."""

    def __init__(self, papers: Sequence[Paper] = ()) -> None:
        self._entries: dict[int, Change] = {}
        self._last = 0
        for paper in papers:
            self.put(paper)

    def put(self, paper: Paper) -> None:
        self._entries.pop(paper.id, None)
        self._last += 1
        self._entries[paper.id] = Change(self._last, paper.id, paper)

    def drop(self, paper_id: int) -> None:
        self._entries.pop(paper_id, None)
        self._last += 1
        self._entries[paper_id] = Change(self._last, paper_id, None)

    @property
    def papers(self) -> list[Paper]:
        return [entry.paper for entry in self._entries.values() if entry.paper]

    def last_change(self) -> int:
        return self._last

    def changes_after(self, change: int, limit: int = 1000) -> list[Change]:
        return [entry for entry in self._entries.values() if entry.change > change][:limit]


def opened(directory: Path, log: Log, database: Database, clock: Clock, encoder: BagEncoder | None = None) -> Index:
    return Index.open(directory / "index", encoder or BagEncoder(), log, Leases(database, clock), clock)


def fit(fingerprint: str = "bag1", share: float = 0.5, power: float = 1.0) -> Fit:
    """Return what a fit for the bag encoder may say."""
    return Fit(
        encoder="bag",
        fingerprint=fingerprint,
        share=share,
        power=power,
        fitted=date(2026, 11, 26),
        sets={"pond": 12, "tides": 30},
        folds=5,
        figures={"bm25": 0.5, "fused": 0.6},
    )


BAG_WEIGHTS = KnownWeights([fit()])
