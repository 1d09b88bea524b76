"""Encoders of indexes made earlier: found again by fingerprint, from a copy of their table where the package moved on.

Only static tables are copied; every other encoder is found again as long as it can still be loaded by its name.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from broadsheet.encoders.encoder import Encoder, Vectors
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.weights_file import read_table
from broadsheet.errors import BroadsheetError


class LostEncoder:
    """Stands in for an encoder that cannot be loaded any more: every text is a zero row to it."""

    def __init__(self, name: str, fingerprint: str, dimension: int) -> None:
        self.name, self.fingerprint, self.dimension = name, fingerprint, dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) zero rows."""
        return np.zeros((len(texts), self.dimension), np.float32)

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Vectors:
        """Return (n, dimension) zero rows."""
        return np.zeros((len(papers), self.dimension), np.float32)


class KeptTables:
    """Copies of the static tables with which the indexes of one home were made."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, weights: Path, fingerprint: str) -> None:
        """Copy a table, unless it is here, and remove those that no index can need: all but it and the one before."""
        path = self._path(fingerprint)
        if path.exists():
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        shutil.copyfile(weights, part)
        part.replace(path)
        for older in sorted(self._directory.glob("*.bin"), key=lambda one: one.stat().st_mtime)[:-2]:
            older.unlink()

    def find(self, fingerprint: str, others: Iterable[Callable[[], Encoder]]) -> Encoder | None:
        """Return the encoder of that fingerprint: a kept table, or else one of those that `others` load."""
        path = self._path(fingerprint)
        for load in (lambda: StaticEncoder(read_table(path)), *others):
            try:
                encoder: Encoder = load()
            except BroadsheetError:
                continue
            if encoder.fingerprint == fingerprint:
                return encoder
        return None

    def _path(self, fingerprint: str) -> Path:
        return self._directory / f"{fingerprint}.bin"
