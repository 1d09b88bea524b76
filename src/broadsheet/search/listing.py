"""The list that answers a question: ranked candidates, an exact title first, and farther down what else holds a word.

Ranking is `fusion`'s. A paper that neither holds a word nor lies near in meaning is no answer.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Engine, Found, Ids, Scores
from broadsheet.search.fusion import DEPTH, RRF_K, Method, Ranking, Way, rank, share_of_words
from broadsheet.search.query import Query
from broadsheet.search.refine import refined

# Below this cosine a paper that holds none of the words is no answer. Where no paper at all holds one, the words may be
# none (the encoder gives a vector to anything), so that meaning must say more: half of all chance letters stay below.
LEAST_COSINE: Final = 0.2
LEAST_COSINE_ALONE: Final = 0.5
NOBODY: Final[Ids] = np.zeros(0, np.int64)


def ranked(
    engine: Engine, query: Query, vector: Scores, way: Way, beside: Executor | None, named: Ids = NOBODY
) -> tuple[Ranking, int | None]:
    """Return the ranking, papers that were `named` or have exactly this title first, and the first of those."""
    ranking = rank(engine, query, vector, way.method, beside=beside, weights=way.weights)
    ranking = _without_noise(ranking, way.method)
    if way.refine and way.method == "fused":
        ranking = refined(engine, ranking, vector)
    titled = np.union1d(engine.by_title(query.plain), named).astype(np.int64)
    if not len(titled):
        return ranking, None
    if not (query.conditions or query.operators):
        ranking = _with(ranking, titled, engine.cosines(vector, titled))
    first = np.isin(ranking.ids, titled)
    if not first.any():
        return ranking, None
    ranking = ranking.taken(np.argsort(~first, kind="stable"))
    return ranking, int(ranking.ids[0])


def by_date(engine: Engine, query: Query) -> Ranking:
    """Return every paper that meets the conditions, newest first; nothing speaks for one more than for another."""
    ids = engine.by_date(query).ids
    nothing = np.zeros(len(ids), np.float32)
    return Ranking(ids, nothing, nothing)


def goes_on(ranking: Ranking, method: Method) -> bool:
    """Say whether a ranking may leave out papers that answer, too, because it holds only the best candidates."""
    return len(ranking) >= DEPTH if method == "dense" else int(np.count_nonzero(ranking.text)) >= DEPTH


def deeper(engine: Engine, query: Query, vector: Scores, way: Way, ranking: Ranking, depth: int) -> Ranking:
    """Return the ranking with what comes after it: further papers by their words alone, or `dense` ones by meaning.

    Their shares are measured as those of the ranked ones are, so that both compare; `depth` papers are looked at.
    """
    if way.method == "dense":
        more = engine.by_meaning(query, vector, depth)
        text, meaning = np.zeros(len(more), np.float32), more.scores
    else:
        more = engine.by_words(query, depth)
        share = share_of_words(engine, query, way.weights) if way.weights else 1.0
        text, meaning = _shares(more, way.method, share), np.zeros(len(more), np.float32)
    new = ~np.isin(more.ids, ranking.ids)
    return Ranking(
        np.concatenate([ranking.ids, more.ids[new]]),
        np.concatenate([ranking.text, text[new]]),
        np.concatenate([ranking.meaning, meaning[new]]),
    )


def _shares(found: Found, method: Method, share: float) -> Scores:
    if method == "bm25" or not len(found):
        return found.scores
    if method == "rrf":
        ranks: NDArray[np.float32] = (1 / (RRF_K + 1 + np.arange(len(found)))).astype(np.float32)
        return ranks
    shares: Scores = share * found.scores / found.scores[0]
    return shares


def _without_noise(ranking: Ranking, method: Method) -> Ranking:
    """Leave out papers that hold no word and lie no nearer than unrelated ones do."""
    if method != "fused":
        return ranking
    least = LEAST_COSINE if ranking.text.any() else LEAST_COSINE_ALONE
    return ranking.taken(np.flatnonzero((ranking.text > 0) | (ranking.meaning >= least)))


def _with(ranking: Ranking, titled: Ids, cosines: Scores) -> Ranking:
    """Return the ranking with papers that it lacks at its end: a title may be made of nothing but stop words."""
    lacking = ~np.isin(titled, ranking.ids)
    none = np.zeros(int(lacking.sum()), np.float32)
    return Ranking(
        np.concatenate([ranking.ids, titled[lacking]]),
        np.concatenate([ranking.text, none]),
        np.concatenate([ranking.meaning, cosines[lacking]]),
    )
