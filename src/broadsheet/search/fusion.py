"""One ranking out of two: words and meaning, each paper keeping the share that each gave it.

Finding candidates is the engines' matter. The shares of a paper always add up to its score.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.encoder import coverage
from broadsheet.search.engine import Engine, Found, Ids, Scores
from broadsheet.search.query import Query
from broadsheet.search.weights import Weights

Method = Literal["fused", "rrf", "bm25", "dense"]
METHODS: Final = get_args(Method)
RRF_K: Final = 10  # rank 1 counts 1/11; with 60, as in the paper (Cormack et al., 2009), lists of this length blur
DEPTH: Final = 500  # candidates of each kind
# Below so many papers each half takes a fraction of a millisecond, and handing one to another thread costs what it
# saves: at 100,000 a whole search takes 3.1 ms with both side by side, 3.5 with one after the other.
BESIDE_FROM: Final = 50_000


@dataclass(frozen=True, slots=True)
class Way:
    """How a question is ranked: `weights` are those of the engine's encoder, `refine` has the best ordered again."""

    method: Method
    weights: Weights | None = None
    refine: bool = False


@dataclass(frozen=True, slots=True)
class Ranking:
    """Papers best first; `text + meaning` is the score by which they are ranked."""

    ids: Ids
    text: Scores
    meaning: Scores

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def scores(self) -> Scores:
        """The score of each paper."""
        return self.text + self.meaning

    def taken(self, places: NDArray[np.int64]) -> Ranking:
        """Return the papers at these places, in this order."""
        return Ranking(self.ids[places], self.text[places], self.meaning[places])

    def part(self, start: int, end: int | None = None) -> Ranking:
        """Return the papers from one place up to another."""
        return Ranking(self.ids[start:end], self.text[start:end], self.meaning[start:end])


def rank(
    engine: Engine,
    query: Query,
    vector: Scores,
    method: Method,
    depth: int = DEPTH,
    beside: Executor | None = None,
    weights: Weights | None = None,
) -> Ranking:
    """Rank at most `2 * depth` candidates; a zero `vector` means nothing, and then words alone decide.

    `weights` are those of the engine's encoder; without them two scales cannot be added, and "fused" is "rrf".
    Where both halves are asked of many papers, the one by meaning runs on `beside`, the words are asked for here.
    """
    nothing = Found(np.zeros(0, np.int64), np.zeros(0, np.float32))
    wordless, meaningless = method == "dense", method == "bm25" or not vector.any()
    if beside is not None and not wordless and not meaningless and len(engine) >= BESIDE_FROM:
        waiting = beside.submit(engine.by_meaning, query, vector, depth)
        by_words, by_meaning = engine.by_words(query, depth), waiting.result()
    else:
        by_words = nothing if wordless else engine.by_words(query, depth)
        by_meaning = nothing if meaningless else engine.by_meaning(query, vector, depth)
    if without_weights(method, weights) == "rrf":
        return reciprocal(by_words, by_meaning)
    if method == "bm25":
        return Ranking(by_words.ids, by_words.scores, np.zeros_like(by_words.scores))
    if method == "dense":
        return Ranking(by_meaning.ids, np.zeros_like(by_meaning.scores), by_meaning.scores)
    assert weights  # noqa: S101 - without them it was by ranks
    ids = _of_either(by_words, by_meaning)
    return fused(ids, by_words, _cosines(engine, vector, ids, by_meaning), share_of_words(engine, query, weights))


def share_of_words(engine: Engine, query: Query, weights: Weights) -> float:
    """Return what the paper with the best BM25 gets for it, beside its cosine."""
    return weights.text_share(coverage(engine.encoder, query.plain))


def without_weights(method: Method, weights: Weights | None) -> Method:
    """Return the method that is really used: by ranks where two scores should be added and nobody knows how."""
    return "rrf" if method == "fused" and weights is None else method


def fused(ids: Ids, by_words: Found, cosines: Scores, share: float) -> Ranking:
    """Rank `ids` (rising) by `cos + share * bm25 / max(bm25)`; a paper that `by_words` lacks has no share of words."""
    text = np.zeros(len(ids), np.float32)
    if len(by_words) and by_words.scores[0] > 0:
        text[np.searchsorted(ids, by_words.ids)] = share * by_words.scores / by_words.scores[0]
    return _ranked(ids, text, cosines)


def _cosines(engine: Engine, vector: Scores, ids: Ids, known: Found) -> Scores:
    """Return the cosines of `ids` (rising), asking only for those that `known` lacks."""
    cosines = np.full(len(ids), np.nan, np.float32)
    cosines[np.searchsorted(ids, known.ids)] = known.scores
    lacking = np.isnan(cosines)
    cosines[lacking] = engine.cosines(vector, ids[lacking])
    return cosines


def reciprocal(by_words: Found, by_meaning: Found) -> Ranking:
    """Rank by reciprocal rank fusion: the sum of `1 / (RRF_K + rank)` over the lists that hold a paper."""
    ids = _of_either(by_words, by_meaning)
    parts = []
    for one in (by_words, by_meaning):
        part = np.zeros(len(ids), np.float32)
        part[np.searchsorted(ids, one.ids)] = 1 / (RRF_K + 1 + np.arange(len(one)))
        parts.append(part)
    return _ranked(ids, *parts)


def _of_either(one: Found, other: Found) -> Ids:
    """Return the papers of both, each once, rising; for so few, sorting them is faster than numpy's hashing."""
    ids = np.sort(np.concatenate([one.ids, other.ids]))
    new = np.ones(len(ids), np.bool_)
    new[1:] = ids[1:] != ids[:-1]
    return ids[new]


def _ranked(ids: Ids, text: Scores, meaning: Scores) -> Ranking:
    order = np.lexsort((ids, -(text + meaning)))
    return Ranking(ids[order], text[order], meaning[order])
