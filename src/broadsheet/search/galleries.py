"""Two galleries as one engine while the encoder changes: each is asked with its own vector of the query.

How their scores become comparable is `alignment`'s matter; here both are asked and the papers joined.
Every paper is in the old gallery, so a paper is scored by both or by the old one, never by the new one alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.alignment import OLD_ALONE, Alignment, fitted
from broadsheet.errors import Unavailable
from broadsheet.search.dense import Mask
from broadsheet.search.engine import Engine, Facets, Found, Ids, Scores, found
from broadsheet.search.query import Query

# The alignment of a query is fitted on so many papers: with 1,024 of 1,400 to 5,200 papers no share of any judged set
# differs by more than 0.2 nDCG@10 x 100 from fitting on all of them.
SAMPLE: Final = 1_024
_SEED: Final = 20_260_115


class Held(Engine, Protocol):
    """The old gallery with all that a collection has: an engine that can say which papers meet a query's conditions."""

    def meeting(self, query: Query, ids: Ids) -> Mask:
        """Return which of these papers are held and meet the query's conditions."""
        ...


class Filling(Protocol):
    """The new gallery, as far as it is filled."""

    ids: Ids

    def query_vector(self, text: str) -> Scores:
        """Return the unit vector of a text."""
        ...

    def nearest(self, vector: Scores, limit: int, mask: Mask) -> Found:
        """Return the `limit` papers nearest to `vector` among those of `ids` that the mask lets pass."""
        ...

    def holds(self, ids: Ids) -> Mask:
        """Return which papers have a vector here."""
        ...

    def cosines(self, vector: Scores, ids: Ids) -> Scores:
        """Return the cosine between `vector` and each paper; 0 for a paper that has no vector here."""
        ...

    def vector(self, paper_id: int) -> Scores | None:
        """Return a paper's unit vector; None if it has none here."""
        ...


class Galleries:
    """An engine over both; its vectors are the old encoder's followed by the new one's."""

    def __init__(self, old: Held, new: Filling, old_dimension: int, new_dimension: int) -> None:
        """Join `old` with as much as `new` holds of the same papers; the dimensions are of their vectors."""
        self._old, self._new = old, new
        self._split, self._new_dimension = old_dimension, new_dimension
        self._both = old.meeting(Query(), new.ids)
        joint = np.unique(new.ids[self._both])
        self.encoder = old.encoder  # on whose scale the scores are
        self.share = len(joint) / len(old) if len(old) else 0.0
        chance = np.random.default_rng(_SEED)
        self._sample: Ids = joint if len(joint) <= SAMPLE else np.sort(chance.choice(joint, SAMPLE, replace=False))

    def __len__(self) -> int:
        return len(self._old)

    def no_vector(self) -> Scores:
        """Return zeros in place of `query_vector`; asks no encoder anything."""
        return np.zeros(self._split + self._new_dimension, np.float32)

    def query_vector(self, text: str) -> Scores:
        """Return both encoders' vectors of a text, one after the other; raises `Unavailable` if neither answers."""
        vectors, silent = [], []
        for side, dimension in ((self._old, self._split), (self._new, self._new_dimension)):
            try:
                vectors.append(side.query_vector(text))
            except Unavailable as error:  # a server that does not answer: the other encoder still does
                silent.append(error)
                vectors.append(np.zeros(dimension, np.float32))
        if len(silent) == len(vectors):
            raise silent[0]
        return np.concatenate(vectors)

    def by_meaning(self, query: Query, vector: Scores, limit: int) -> Found:
        """Return the papers nearest to `vector` that meet the query's conditions, by aligned cosine."""
        old, new = vector[: self._split], vector[self._split :]
        alignment = self._alignment(old, new)
        near = self._old.by_meaning(query, old, limit)
        if alignment == OLD_ALONE:
            return near
        narrowed = query.conditions or query.phrases or query.excluded
        passing = self._old.meeting(query, self._new.ids) if narrowed else self._both
        ids = np.union1d(near.ids, self._new.nearest(new, limit, passing).ids)
        return found(ids, self._aligned(alignment, old, new, ids), limit)

    def cosines(self, vector: Scores, ids: Ids) -> Scores:
        """Return the aligned cosine between `vector` and each paper; 0 for a paper that is not held."""
        old, new = vector[: self._split], vector[self._split :]
        held = self._old.meeting(Query(), ids)
        return np.where(held, self._aligned(self._alignment(old, new), old, new, ids), np.float32(0))

    def vector(self, paper_id: int) -> Scores | None:
        """Return a paper's vectors, one after the other, the new one zero while it lacks; None if it is not held."""
        old, new = self._old.vector(paper_id), self._new.vector(paper_id)
        if old is None:
            return None
        return np.concatenate([old, np.zeros(self._new_dimension, np.float32) if new is None else new])

    def by_words(self, query: Query, limit: int) -> Found:
        """Return the papers that hold a word of the query and meet its conditions, by BM25."""
        return self._old.by_words(query, limit)

    def by_date(self, query: Query) -> Found:
        """Return every paper that meets the query's conditions, newest first."""
        return self._old.by_date(query)

    def by_title(self, title: str) -> Ids:
        """Return the papers whose title this is, whatever its case and punctuation."""
        return self._old.by_title(title)

    @property
    def newest(self) -> int:
        """The highest id of a paper held, 0 without any."""
        return self._old.newest

    def by_beginning(self, text: str, limit: int) -> Found:
        """Return the papers whose title holds every word of `text`, the last maybe unfinished, by BM25."""
        return self._old.by_beginning(text, limit)

    def held(self, word: str) -> int:
        """Return how many papers hold a word in any form; -1 for a stop word."""
        return self._old.held(word)

    def spelt(self, beginning: str, limit: int | None = None) -> list[tuple[str, int]]:
        """Return the folded words of titles that begin so, with their number of papers, the commonest first."""
        return self._old.spelt(beginning, limit)

    def frequencies(self, stems: Sequence[str]) -> NDArray[np.int64]:
        """Return how many papers hold each stem in title or abstract."""
        return self._old.frequencies(stems)

    def of_words(self, weights: Mapping[str, float], ids: Ids) -> Scores:
        """Return each paper's sum of `weight * BM25` over these stems in title and abstract; 0 if it is not held."""
        return self._old.of_words(weights, ids)

    def days(self, ids: Ids) -> NDArray[np.int32]:
        """Return the ordinal day on which each paper was published; 0 where unknown."""
        return self._old.days(ids)

    def facets(self, ids: Ids) -> Facets:
        """Count years, categories, sources and artefacts over these papers; one that is not held counts nowhere."""
        return self._old.facets(ids)

    def _alignment(self, old: Scores, new: Scores) -> Alignment:
        if not new.any():
            return OLD_ALONE
        sample = self._sample
        return fitted(self._old.cosines(old, sample), self._new.cosines(new, sample), self.share)

    def _aligned(self, alignment: Alignment, old: Scores, new: Scores, ids: Ids) -> Scores:
        scores = self._old.cosines(old, ids)
        if alignment == OLD_ALONE:
            return scores
        both = self._new.holds(ids)
        scores[both] = alignment.scores(scores[both], self._new.cosines(new, ids[both]))
        return scores
