"""A gallery that fills beside the index while the encoder changes: vectors and codes of the papers done so far.

Which paper comes next is `upgrade`'s matter, and how two galleries answer as one is `galleries`'.
Rows are only appended and count once the manifest has them; of one paper the newest row counts, and whether it is still
in the collection only the index can say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broadsheet.encoders.encoder import Encoder
from broadsheet.papers.paper import Paper
from broadsheet.search import columns, dense, manifest
from broadsheet.search.columns import Appender
from broadsheet.search.dense import BITS, Mask, Quantiser, Rows
from broadsheet.search.engine import Found, Ids, Scores, found
from broadsheet.search.manifest import Extent, State

FORMAT: Final = 1
HEAD: Final = np.dtype([("id", "<i8"), ("text", "<u8"), ("scale", "<f4")])
FILES: Final = ("heads", "codes", "vectors")
_ONE_RUN: Final = timedelta(minutes=2)  # commits further apart than that belong to two runs, and tell no pace


class GalleryManifest(BaseModel):
    """Where the gallery stands, when it was last written, and which encoder fills it; `pace` is papers a second."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    encoder: str
    fingerprint: str
    dimension: int = Field(ge=1)
    at: datetime | None
    pace: float = Field(ge=0)
    state: State


def read(directory: Path) -> GalleryManifest | None:
    """Return the manifest; None where there is none or none that can be read."""
    try:
        held = GalleryManifest.model_validate_json((directory / manifest.NAME).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None
    return held if held.format == FORMAT else None


def fault(directory: Path, held: GalleryManifest) -> str | None:
    """Return what is wrong with the files, in words; None if all that they should hold is there, to the bit."""
    return columns.fault(directory, held.state.files, FILES)


def text_key(title: str, abstract: str) -> int:
    """Return 64 bits that tell one wording of a paper from another."""
    text = f"{title}\0{abstract}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


class GalleryReader:
    """One commit of the gallery, opened for reading; rows are positions in its files."""

    def __init__(self, directory: Path, held: GalleryManifest, encoder: Encoder) -> None:
        """Open it; raises `OSError` where a file is missing, short or does not fit the others."""
        files, rows = held.state.files, held.state.rows
        try:
            heads = columns.mapped(directory, "heads", files["heads"], HEAD)
            codes = columns.mapped(directory, "codes", files["codes"], np.uint8).reshape(rows, BITS // 8)
            vectors = columns.mapped(directory, "vectors", files["vectors"], np.int8).reshape(rows, held.dimension)
        except (KeyError, ValueError) as error:
            raise OSError(f"the files of the gallery do not fit each other: {error}") from error
        self._encoder, self.dimension = encoder, held.dimension
        self.ids: Ids = np.ascontiguousarray(heads["id"])
        self.texts: NDArray[np.uint64] = np.ascontiguousarray(heads["text"])
        self._row_of = _row_of(self.ids)
        self.live: Mask = self._row_of[self.ids] == np.arange(rows)
        self._bytes, self._scales = vectors, np.ascontiguousarray(heads["scale"])
        self._vectors = dense.Gallery(Quantiser(held.dimension), codes, vectors, self._scales, self.live)

    def query_vector(self, text: str) -> Scores:
        """Return the unit vector of a text; zeros if it has no known term."""
        vector: Scores = self._encoder.encode_queries([text])[0]
        return vector

    def nearest(self, vector: Scores, limit: int, mask: Mask) -> Found:
        """Return the `limit` papers nearest to `vector` among the rows of the mask, by cosine."""
        rows, cosines = self._vectors.nearest(vector, limit, mask & self.live)
        return found(self.ids[rows], cosines)

    def holds(self, ids: Ids) -> Mask:
        """Return which papers have a vector here."""
        return self.rows(ids) >= 0

    def cosines(self, vector: Scores, ids: Ids) -> Scores:
        """Return the cosine between `vector` and each paper; 0 for a paper that has no vector here."""
        rows = self.rows(ids)
        if not len(self.ids):
            return np.zeros(len(ids), np.float32)
        return np.where(rows >= 0, self._vectors.cosines(vector, np.maximum(rows, 0)), np.float32(0))

    def vector(self, paper_id: int) -> Scores | None:
        """Return a paper's unit vector; None if it has none here."""
        row = int(self.rows(np.array([paper_id], np.int64))[0])
        return self._vectors.vector(row) if row >= 0 else None

    def rows(self, ids: Ids) -> Rows:
        """Return the row of each paper, -1 where there is none."""
        known = (ids >= 0) & (ids < len(self._row_of))
        if not len(self._row_of):
            return np.full(len(ids), -1)
        return np.where(known, self._row_of[np.where(known, ids, 0)], -1)

    def vectors(self, rows: Rows) -> Scores:
        """Return the (n, dimension) vectors of these rows as they were stored: storing them again changes no byte."""
        vectors: Scores = self._bytes[rows].astype(np.float32) * self._scales[rows, None]
        return vectors

    def same(self, paper: Paper) -> bool:
        """Say whether the paper is here as it now reads."""
        row = int(self.rows(np.array([paper.id], np.int64))[0])
        return row >= 0 and int(self.texts[row]) == text_key(paper.title, paper.abstract)


class GalleryWriter:
    """The one writer of a gallery; whoever makes it holds the lock."""

    def __init__(self, directory: Path, encoder: Encoder, held: GalleryManifest | None, change: int) -> None:
        """Go on from what the manifest has, or begin an empty gallery (None) as of `change`.

        Raises `OSError` when the files cannot be written.
        """
        self._directory, self._encoder = directory, encoder
        fresh = State(commit=0, change=change, rows=0, files={name: Extent() for name in FILES})
        self.state = held.state if held else fresh
        self._pace, self._at = (held.pace, held.at) if held else (0.0, None)
        self._rows = self.state.rows
        self._appender = Appender(directory, self.state.files, FILES)
        self._quantiser = Quantiser(encoder.dimension)

    def put(self, papers: Sequence[Paper]) -> None:
        """Encode papers and append their rows."""
        if not papers:
            return
        vectors = self._encoder.encode_papers([(paper.title, paper.abstract) for paper in papers])
        quantised, scales = self._quantiser.bytes_of(vectors)
        heads = np.zeros(len(papers), HEAD)
        heads["id"] = [paper.id for paper in papers]
        heads["text"] = [text_key(paper.title, paper.abstract) for paper in papers]
        heads["scale"] = scales
        codes = self._quantiser.codes(vectors)
        for name, data in (("heads", heads), ("codes", codes), ("vectors", quantised)):
            self._appender.append(name, data.tobytes())
        self._rows += len(papers)

    def commit(self, change: int, began: datetime, now: datetime) -> None:
        """Make everything put last, as a gallery that has seen all changes up to `change`; readers see it from now.

        `began` is when this filling began: with the last commit it tells the pace, pauses between ticks counted in.
        """
        self._measure(self._rows - self.state.rows, began, now)
        files = self._appender.sync()
        self.state = State(commit=self.state.commit + 1, change=change, rows=self._rows, files=files)
        manifest.write(
            self._directory,
            GalleryManifest(
                format=FORMAT,
                encoder=self._encoder.name,
                fingerprint=self._encoder.fingerprint,
                dimension=self._encoder.dimension,
                at=now,
                pace=self._pace,
                state=self.state,
            ),
        )

    def close(self) -> None:
        """Close the files; what was not committed is gone."""
        self._appender.close()

    def _measure(self, papers: int, began: datetime, now: datetime) -> None:
        since = self._at if self._at and now - self._at < _ONE_RUN else began
        seconds = (now - since).total_seconds()
        if papers and seconds > 0:
            pace = papers / seconds
            self._pace = (self._pace + pace) / 2 if self._pace else pace
        self._at = now


def _row_of(ids: Ids) -> Rows:
    """Return the newest row of each paper id, -1 where there is none."""
    row_of = np.full(int(ids.max(initial=-1)) + 1, -1, np.int64)
    row_of[ids] = np.arange(len(ids))
    return row_of
