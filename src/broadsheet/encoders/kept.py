"""Encoders of indexes made earlier, found again by fingerprint: each is noted by the name that the settings gave it.

A static table is kept beside, since the next release may come with another one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from broadsheet.encoders.encoder import Encoder, Vectors
from broadsheet.encoders.loader import WEIGHTS
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.weights_file import read_table
from broadsheet.errors import BroadsheetError

Load = Callable[[str, str], Encoder]
_KEPT: Final = 4  # encoders: the one before, the one to come, and two of an operator who tries some


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


class KeptEncoders:
    """The encoders that one home was ever used with, the newest few; `load` gives one by its name and model."""

    def __init__(self, directory: Path, load: Load) -> None:
        self._directory, self._load = directory, load

    def keep(self, setting: str, model: str, fingerprint: str) -> None:
        """Note how the settings name the encoder of this fingerprint, and keep its table if it has one.

        Raises `OSError` when that cannot be written.
        """
        place = self._directory / fingerprint
        if (place / "setting").exists():
            return
        place.mkdir(parents=True, exist_ok=True)
        table = WEIGHTS if setting == "static" else Path(setting)
        if table.is_file():
            _take(table, place / "table.bin")
        part = place / "setting.part"
        part.write_text(f"{setting}\n{model}", encoding="utf-8")
        part.replace(place / "setting")
        for older in sorted(self._directory.iterdir(), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(older, ignore_errors=True)

    def find(self, fingerprint: str) -> Encoder | None:
        """Return the encoder of that fingerprint; None if nothing here or in the package is it."""
        place = self._directory / fingerprint
        loaders: list[Callable[[], Encoder]] = [partial(_table, place / "table.bin")]
        if (place / "setting").exists():
            setting, _, model = (place / "setting").read_text(encoding="utf-8").partition("\n")
            loaders.append(partial(self._load, setting, model))
        loaders.append(partial(self._load, "static", ""))
        for load in loaders:
            try:
                encoder = load()
            except BroadsheetError:
                continue
            if encoder.fingerprint == fingerprint:
                return encoder
        return None


def _table(path: Path) -> Encoder:
    return StaticEncoder(read_table(path))


def _take(table: Path, place: Path) -> None:
    """Link the table where both lie on one disk, copy it elsewhere: installers replace files, they do not rewrite."""
    part = place.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        os.link(table, part)
    except OSError:
        shutil.copyfile(table, part)
    part.replace(place)
