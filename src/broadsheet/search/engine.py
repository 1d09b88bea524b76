"""What a search engine answers, whatever it is made of: the contract of the index on disk and of the oracle in memory.

How the two kinds of scores become one ranking is `fusion`'s matter.
An engine is one unchanging state of the collection: two answers of it always speak of the same papers, and a vector
that it gave is for it alone, since another may have been made by another encoder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.encoder import Encoder
from broadsheet.search.query import Query

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]
MOST_ENDINGS: Final = 64  # words that an unfinished word may become; of a single letter these are most of what is typed


@dataclass(frozen=True, slots=True)
class Found:
    """Papers with their scores, best first; equal scores by rising id."""

    ids: Ids
    scores: Scores

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of a set of papers bear each value, the commonest first; years newest first."""

    years: list[tuple[str, int]]
    categories: list[tuple[str, int]]
    sources: list[tuple[str, int]]
    artefacts: list[tuple[str, int]]


class Engine(Protocol):
    """One state of the collection."""

    def __len__(self) -> int:
        """Return the number of papers."""
        ...

    def no_vector(self) -> Scores:
        """Return what stands in place of `query_vector` where the encoder does not answer: zeros, asking nobody."""
        ...

    @property
    def encoder(self) -> Encoder:
        """The encoder on whose scale the cosines are."""
        ...

    def query_vector(self, text: str) -> Scores:
        """Return what `by_meaning` and `cosines` of this engine take for a text; zeros if it says nothing to it."""
        ...

    @property
    def newest(self) -> int:
        """The highest id of a paper held, 0 without any: ids only grow, so a greater one is of a paper not yet in."""
        ...

    def by_words(self, query: Query, limit: int) -> Found:
        """Return the papers that hold a word of the query and meet its conditions, by BM25."""
        ...

    def by_meaning(self, query: Query, vector: Scores, limit: int) -> Found:
        """Return the papers nearest to `vector` (of this engine) that meet the query's conditions, by cosine."""
        ...

    def by_date(self, query: Query) -> Found:
        """Return every paper that meets the query's conditions, newest first, undated last; scores are 0."""
        ...

    def by_title(self, title: str) -> Ids:
        """Return the papers whose title this is, whatever its case and punctuation."""
        ...

    def by_beginning(self, text: str, limit: int) -> Found:
        """Return the papers whose title holds every word of `text`, by BM25 of the words as they are spelt.

        The last word may be unfinished, unless a space follows it: the `MOST_ENDINGS` commonest endings count.
        """
        ...

    def held(self, word: str) -> int:
        """Return how many papers hold a word in any form, in title or abstract or as a name; -1 for a stop word.

        Papers that were replaced or have departed may still be counted for a while.
        """
        ...

    def spelt(self, beginning: str, limit: int | None = None) -> list[tuple[str, int]]:
        """Return the folded words of titles that begin so, each with its number of papers, the commonest first.

        Papers that were replaced or have departed may still be counted for a while.
        """
        ...

    def frequencies(self, stems: Sequence[str]) -> NDArray[np.int64]:
        """Return how many papers hold each stem, as `words.english` makes them, in title or abstract.

        Papers that were replaced or have departed may still be counted for a while.
        """
        ...

    def of_words(self, weights: Mapping[str, float], ids: Ids) -> Scores:
        """Return each paper's sum of `weight * BM25` over these stems in title and abstract; 0 if it is not held."""
        ...

    def cosines(self, vector: Scores, ids: Ids) -> Scores:
        """Return the cosine between `vector` and each paper; 0 for a paper that is not held."""
        ...

    def vector(self, paper_id: int) -> Scores | None:
        """Return a paper's vector, as `by_meaning` takes it; None if it is not held."""
        ...

    def days(self, ids: Ids) -> NDArray[np.int32]:
        """Return the ordinal day on which each paper was published; 0 where unknown."""
        ...

    def facets(self, ids: Ids) -> Facets:
        """Count years, categories, sources and artefacts over these papers; one that is not held counts nowhere."""
        ...


def found(ids: NDArray[Any], scores: NDArray[Any], limit: int | None = None) -> Found:
    """Return the best `limit`, sorted as `Found` promises."""
    order = np.lexsort((ids, -scores.astype(np.float64)))[:limit]
    return Found(ids[order].astype(np.int64, copy=False), scores[order].astype(np.float32, copy=False))
