"""The index on disk as a search engine: both halves at one commit, joined by row.

Writing is `index`'s matter. A snapshot never changes: a later commit is a new snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.encoder import Encoder
from broadsheet.search import columns
from broadsheet.search.dense import BITS, Gallery, Mask, Quantiser, Rows
from broadsheet.search.engine import Facets, Found, Ids, Scores, found
from broadsheet.search.labels import Labels
from broadsheet.search.lexical import TextReader
from broadsheet.search.manifest import Manifest, State
from broadsheet.search.query import Filters, Query


class Snapshot:
    """One commit, opened for reading."""

    def __init__(self, directory: Path, manifest: Manifest, encoder: Encoder) -> None:
        """Open the newest commit of the manifest's directory; raises `OSError` where a half is missing or short.

        `encoder` is the one that the index was made with: it turns queries into vectors.
        """
        self.encoder, self.dimension = encoder, manifest.dimension
        place = directory / manifest.directory
        self._text = TextReader(place / "text")
        self.state: State = self._text.state
        files, rows = self.state.files, self.state.rows
        try:
            heads = columns.mapped(place, "heads", files["heads"], columns.HEAD)
            codes = columns.mapped(place, "codes", files["codes"], np.uint8).reshape(rows, BITS // 8)
            vectors = columns.mapped(place, "vectors", files["vectors"], np.int8).reshape(rows, manifest.dimension)
            pairs = columns.mapped(place, "pairs", files["pairs"], columns.PAIR)
            names = columns.mapped(place, "labels", files["labels"], np.uint8).tobytes().decode().splitlines()
        except (KeyError, ValueError) as error:
            raise OSError(f"the files of the index do not fit each other: {error}") from error
        # Views into the mapped files, which all processes share: a copy would be each one's own.
        self._ids = heads["id"]
        self._live, self._row_of = _newest(self._ids)
        self._highest = int(np.flatnonzero(self._row_of >= 0)[-1:].max(initial=0))
        self.alive = int(self._live.sum())
        self.labels = names
        self._labels = Labels(pairs, names, heads["day"])
        self._gallery = Gallery(Quantiser(manifest.dimension), codes, vectors, heads["scale"], self._live)
        self._dated: NDArray[np.uint32] | None = None

    def __len__(self) -> int:
        return self.alive

    def no_vector(self) -> Scores:
        """Return zeros in place of `query_vector`; asks no encoder anything."""
        return np.zeros(self.dimension, np.float32)

    def query_vector(self, text: str) -> Scores:
        """Return the unit vector of a text; zeros if it has no known term."""
        vector: Scores = self.encoder.encode_queries([text])[0]
        return vector

    @property
    def newest(self) -> int:
        """The highest id of a paper held, 0 without any."""
        return self._highest

    def by_words(self, query: Query, limit: int) -> Found:
        """Return the papers that hold a word of the query and meet its conditions, by BM25."""
        rows, scores = self._text.search(query, limit)
        return found(self._ids[rows], scores)

    def by_meaning(self, query: Query, vector: Scores, limit: int) -> Found:
        """Return the papers nearest to `vector` that meet the query's conditions, by cosine."""
        rows, cosines = self._gallery.nearest(vector, limit, self._mask(query))
        return found(self._ids[rows], cosines)

    def meeting(self, query: Query, ids: Ids) -> Mask:
        """Return which of these papers are held and meet the query's conditions."""
        rows, mask = self._rows(ids), self._mask(query)
        held: Mask = rows >= 0
        return held if mask is None or not len(mask) else held & mask[np.maximum(rows, 0)]

    def by_date(self, query: Query) -> Found:
        """Return every paper that meets the query's conditions, newest first."""
        if self._dated is None:  # sorting three million rows takes most of a second: once a commit, if at all
            self._dated = np.lexsort((self._ids, -self._labels.days)).astype(np.uint32)
        mask = self._mask(query)
        rows = self._dated[(self._live if mask is None else mask)[self._dated]]
        return Found(self._ids[rows], np.zeros(len(rows), np.float32))

    def by_title(self, title: str) -> Ids:
        """Return the papers whose title this is, whatever its case and punctuation."""
        return np.sort(self._ids[self._text.titled(title)])

    def by_beginning(self, text: str, limit: int) -> Found:
        """Return the papers whose title holds every word of `text`, the last maybe unfinished, by BM25."""
        rows, scores = self._text.beginning(text, limit)
        return found(self._ids[rows], scores)

    def held(self, word: str) -> int:
        """Return how many papers hold a word in any form; -1 for a stop word."""
        return self._text.held(word)

    def spelt(self, beginning: str, limit: int | None = None) -> list[tuple[str, int]]:
        """Return the folded words of titles that begin so, with their number of papers, the commonest first."""
        return self._text.spelt(beginning, limit)

    def frequencies(self, stems: Sequence[str]) -> NDArray[np.int64]:
        """Return how many papers hold each stem in title or abstract."""
        return self._text.frequencies(stems)

    def of_words(self, weights: Mapping[str, float], ids: Ids) -> Scores:
        """Return each paper's sum of `weight * BM25` over these stems in title and abstract; 0 if it is not held."""
        rows, scores = self._rows(ids), np.zeros(len(ids), np.float32)
        known, places = np.unique(rows[rows >= 0], return_inverse=True)
        held, values = self._text.weighed(weights, known)
        of_known = np.zeros(len(known), np.float32)
        of_known[np.searchsorted(known, held)] = values
        scores[rows >= 0] = of_known[places]
        return scores

    def cosines(self, vector: Scores, ids: Ids) -> Scores:
        """Return the cosine between `vector` and each paper; 0 for a paper that is not held."""
        rows = self._rows(ids)
        if not len(self._ids):
            return np.zeros(len(ids), np.float32)
        cosines = self._gallery.cosines(vector, np.maximum(rows, 0))
        return np.where(rows >= 0, cosines, np.float32(0))

    def vector(self, paper_id: int) -> Scores | None:
        """Return a paper's unit vector; None if it is not held."""
        row = int(self._rows(np.array([paper_id], np.int64))[0])
        return self._gallery.vector(row) if row >= 0 else None

    def days(self, ids: Ids) -> NDArray[np.int32]:
        """Return the ordinal day on which each paper was published; 0 where unknown."""
        rows = self._rows(ids)
        days = np.zeros(len(ids), np.int32)
        days[rows >= 0] = self._labels.days[rows[rows >= 0]]
        return days

    def facets(self, ids: Ids) -> Facets:
        """Count years, categories, sources and artefacts over these papers; one that is not held counts nowhere."""
        rows = self._rows(ids)
        return self._labels.facets(rows[rows >= 0])

    def ids(self) -> Ids:
        """Return every paper held, by rising id."""
        return np.sort(self._ids[self._live])

    def text_ids(self) -> Ids:
        """Return every paper that the text half holds, by rising id: the same, unless something is broken."""
        rows = self._text.rows()
        if not len(self._ids):
            return np.full(len(rows), -1)
        return np.sort(np.where(rows < len(self._ids), self._ids[np.minimum(rows, len(self._ids) - 1)], -1))

    def _mask(self, query: Query) -> Mask | None:
        masks = [mask for filters in query.conditions if (mask := self._labels.mask(filters)) is not None]
        wanted, unwanted = self._text.holding(query)
        masks += [self._set(rows) for rows in wanted] + [~self._set(rows) for rows in unwanted]
        masks += [~np.logical_and.reduce(parts) for filters in query.without if (parts := self._parts(filters))]
        return np.logical_and.reduce([*masks, self._live]) if masks else None

    def _parts(self, filters: Filters) -> list[Mask]:
        """Return which rows meet each part of some filters."""
        labelled, (told, _) = self._labels.mask(filters), self._text.holding(Query(given=filters))
        return ([] if labelled is None else [labelled]) + [self._set(rows) for rows in told]

    def _set(self, rows: Rows) -> Mask:
        mask = np.zeros(len(self._ids), np.bool_)
        mask[rows] = True
        return mask

    def _rows(self, ids: Ids) -> Rows:
        """Return the live row of each paper, -1 where there is none."""
        rows = np.full(len(ids), -1, np.int64)
        known = np.flatnonzero((ids >= 0) & (ids < len(self._row_of)))
        rows[known] = self._row_of[ids[known]]
        return rows


def _newest(ids: Ids) -> tuple[Mask, NDArray[np.int32]]:
    """Return which rows are live, and the live row of each paper id (-1: none)."""
    if not len(ids):
        return np.zeros(0, np.bool_), np.zeros(0, np.int32)
    named, rows = np.abs(ids), np.arange(len(ids), dtype=np.int32)
    row_of = np.full(int(named.max()) + 1, -1, np.int32)
    row_of[named] = rows  # of rows with the same id the last one stays
    live: Mask = (row_of[named] == rows) & (ids > 0)
    departed = named[ids < 0]
    gone = departed[ids[row_of[departed]] < 0]
    row_of[gone] = -1
    return live, row_of
