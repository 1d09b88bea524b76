"""The best of a ranking ordered again by what they have in common: for broad topics, an option of the query.

In the spirit of global-feature re-ranking (arXiv 2308.06954): the query moves towards the mean of its first papers, and
each of the best towards its nearest among them. Words keep their shares, and the shares still add up to the score.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Engine, Scores
from broadsheet.search.fusion import Ranking

# Chosen on development sets, not on the benchmarks: 5 first papers did better than 10 or 20, moving the query alone
# worse on known papers than moving both.
REFINED: Final = 100
FIRST: Final = 5
NEIGHBOURS: Final = 10
PULL: Final = 0.3
# Up to so many multiplications OpenBLAS stays on this thread. Waking a second one took 20 ms on a busy machine, where
# all of a refinement takes 1.1.
_ON_ONE_THREAD: Final = 1 << 18


def refined(engine: Engine, ranking: Ranking, vector: Scores) -> Ranking:
    """Return the ranking with the share of meaning of its first `REFINED` papers refined, in its new order.

    `vector` is the query's; one that says nothing, or fewer than two papers with vectors, leaves all as it is.
    """
    best = ranking.ids[:REFINED]
    found = [engine.vector(int(paper_id)) for paper_id in best]
    held = np.flatnonzero([one is not None and bool(one.any()) for one in found])
    if len(held) < 2 or not vector.any():
        return ranking
    vectors = np.stack([one for at in held if (one := found[at]) is not None])
    query = _towards(vector, vectors[:FIRST], ranking.scores[held[:FIRST]])
    cosines = engine.cosines(vector, best[held])
    meaning = ranking.meaning.copy()
    meaning[held] = (engine.cosines(query, best[held]) + _pulled(vectors, cosines)) / 2
    text = ranking.text
    order = np.lexsort((ranking.ids, -(text + meaning)))
    return Ranking(ranking.ids[order], text[order], meaning[order])


def _towards(vector: Scores, vectors: NDArray[np.float32], scores: Scores) -> Scores:
    """Return the query's vector moved to its papers' mean, weighted by score, at the length that it had."""
    weights = np.maximum(scores, 0) + np.float32(1e-6)
    moved = vector + (weights / weights.sum()) @ vectors
    length = float(np.linalg.norm(moved))
    return np.asarray(moved * (np.linalg.norm(vector) / length) if length > 0 else vector, np.float32)


def _pulled(vectors: NDArray[np.float32], cosines: Scores) -> Scores:
    """Return each paper's cosine with the query (`cosines`) once the paper is moved towards its nearest neighbours.

    Everything follows from how the papers lie to one another, so that no moved vector is ever made.
    """
    alike = _product(vectors, vectors.T)
    alike /= np.maximum(np.sqrt(np.outer(alike.diagonal(), alike.diagonal())), 1e-9)
    near = min(NEIGHBOURS + 1, len(alike))
    nearest = np.argpartition(-alike, near - 1, axis=1)[:, :near]
    pull = np.zeros_like(alike)
    np.put_along_axis(pull, nearest, PULL * np.take_along_axis(alike, nearest, axis=1), axis=1)
    pull += np.eye(len(alike), dtype=np.float32)
    lengths = np.sqrt(np.maximum((_product(pull, alike) * pull).sum(axis=1), 1e-9))
    return np.asarray((pull @ cosines) / lengths, np.float32)


def _product(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `left @ right`, some rows at a time."""
    rows = max(_ON_ONE_THREAD // max(right.size, 1), 1)
    return np.concatenate([left[at : at + rows] @ right for at in range(0, len(left), rows)])
