"""Writes both halves of an index as one: papers in, one commit out.

When to write and where is `index`'s matter. The order of `commit` is what makes the pair crash-safe: columns first,
synced; then the text half with the state of both, which is the moment of truth; the manifest last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from broadsheet.encoders.encoder import Encoder
from broadsheet.papers.paper import Paper
from broadsheet.search import columns, manifest
from broadsheet.search.columns import Appender
from broadsheet.search.dense import Quantiser
from broadsheet.search.engine import Ids
from broadsheet.search.labels import labels_of
from broadsheet.search.lexical import TextWriter
from broadsheet.search.manifest import FORMAT, Extent, Manifest, State


class PaperChange(Protocol):
    """One entry of the change log: the paper as it is now, None if it departed."""

    @property
    def change(self) -> int:
        """Its number."""
        ...

    @property
    def paper_id(self) -> int:
        """Which paper."""
        ...

    @property
    def paper(self) -> Paper | None:
        """The paper, None once it departed."""
        ...


class Writer:
    """The one writer of one directory; whoever makes it holds the lock."""

    def __init__(self, root: Path, directory: str, encoder: Encoder, state: State | None) -> None:
        """Go on from `state`, or begin an empty index (None); raises `OSError` when a half cannot be written."""
        self._root, self.directory, self._encoder = root, directory, encoder
        place = root / directory
        self.state = state or State(commit=0, change=0, rows=0, files={name: Extent() for name in columns.FILES})
        self._rows = self.state.rows
        self._appender = Appender(place, self.state.files)
        try:
            self._text = TextWriter(place / "text", fresh=state is None)
        except OSError:
            self._appender.close()
            raise
        self._quantiser = Quantiser(encoder.dimension)
        known = columns.mapped(place, "labels", self.state.files["labels"], np.uint8).tobytes().decode()
        self._labels = {label: number for number, label in enumerate(known.splitlines())}
        self._met = _Met(columns.mapped(place, "heads", self.state.files["heads"], columns.HEAD)["id"])

    def take(self, changes: Sequence[PaperChange]) -> int:
        """Index the papers of these changes; return how many papers there were, departed ones aside."""
        newest = {change.paper_id: change.paper for change in changes}
        papers = [paper for paper in newest.values() if paper]
        departed = [paper_id for paper_id, paper in newest.items() if not paper]
        if departed:
            self._depart(departed)
        if papers:
            self._put(papers)
        return len(papers)

    def commit(self, change: int) -> None:
        """Make everything taken last, as the state of all changes up to `change`."""
        files = self._appender.sync()
        manifest.sync(self._root / self.directory)
        self.state = State(commit=self.state.commit + 1, change=change, rows=self._rows, files=files)
        self._text.commit(self.state)

    def point(self, name: str = manifest.NAME) -> None:
        """Let readers find this directory, at its last commit; by another `name` only whoever goes on with it does."""
        manifest.write(
            self._root,
            Manifest(
                format=FORMAT,
                directory=self.directory,
                encoder=self._encoder.name,
                fingerprint=self._encoder.fingerprint,
                dimension=self._encoder.dimension,
                state=self.state,
            ),
            name,
        )

    def close(self) -> None:
        """Close both halves; what was not committed is gone."""
        self._appender.close()
        self._text.close()

    def _put(self, papers: Sequence[Paper]) -> None:
        vectors = self._encoder.encode_papers([(paper.title, paper.abstract) for paper in papers])
        quantised, scales = self._quantiser.bytes_of(vectors)
        heads = np.zeros(len(papers), columns.HEAD)
        heads["id"] = [paper.id for paper in papers]
        heads["day"] = [paper.published.toordinal() if paper.published else 0 for paper in papers]
        heads["scale"] = scales
        self._rows_of(heads, self._quantiser.codes(vectors).tobytes(), quantised.tobytes())
        first = self._rows - len(papers)
        pairs = [(row, label) for row, paper in enumerate(papers, first) for label in self._numbers(paper)]
        self._appender.append("pairs", np.array(pairs, columns.PAIR).tobytes())
        for row, paper in enumerate(papers, first):
            self._text.put(row, paper, fresh=self._met.first_time(paper.id))

    def _depart(self, paper_ids: Sequence[int]) -> None:
        heads = np.zeros(len(paper_ids), columns.HEAD)
        heads["id"] = -np.array(paper_ids, np.int64)
        empty = np.zeros((len(paper_ids), self._encoder.dimension), np.float32)
        quantised, _ = self._quantiser.bytes_of(empty)
        self._rows_of(heads, self._quantiser.codes(empty).tobytes(), quantised.tobytes())
        for paper_id in paper_ids:
            self._text.remove(paper_id)

    def _rows_of(self, heads: np.ndarray[tuple[int], np.dtype[np.void]], codes: bytes, vectors: bytes) -> None:
        for name, data in (("heads", heads.tobytes()), ("codes", codes), ("vectors", vectors)):
            self._appender.append(name, data)
        self._rows += len(heads)

    def _numbers(self, paper: Paper) -> Iterator[int]:
        for label in labels_of(paper):
            number = self._labels.get(label)
            if number is None:
                number = self._labels[label] = len(self._labels)
                self._appender.append("labels", label.encode("utf-8", "replace") + b"\n")
            yield number


class _Met:
    """Which papers any row tells of, one byte for each number up to the highest."""

    def __init__(self, ids: Ids) -> None:
        named = np.abs(ids)
        self._known = np.zeros(int(named.max(initial=0)) + 1, np.bool_)
        self._known[named] = True

    def first_time(self, paper_id: int) -> bool:
        """Say whether no row told of this paper before, and remember that one does now."""
        if paper_id >= len(self._known):
            grown = np.zeros(2 * paper_id + 1, np.bool_)
            grown[: len(self._known)] = self._known
            self._known = grown
        known = bool(self._known[paper_id])
        self._known[paper_id] = True
        return not known
