"""Papers like one paper, near in meaning and not all alike: maximal marginal relevance over the vectors.

J. Carbonell and J. Goldstein, The use of MMR, diversity-based reranking for reordering documents and producing
summaries, SIGIR 1998. What is near, the engine says.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import Invalid
from broadsheet.search.engine import Engine, Ids, Scores
from broadsheet.search.query import Query

DIVERSITY: Final = 0.3
MOST: Final = 100  # papers that can be asked for
POOL: Final = 5  # candidates for each paper shown: farther away nothing is similar any more
LEAST_POOL: Final = 50


def similar(engine: Engine, paper_id: int, limit: int, diversity: float) -> tuple[Ids, Scores, Scores]:
    """Return the ids of at most `limit` papers in order, how near each lies to the paper, and to those above it.

    Each next one has the highest `(1 - diversity) * cosine to the paper - diversity * highest cosine to those above`.
    With a `diversity` of 0 they come by nearness alone. Of a paper that is not held nothing is known: none come.
    Raises `Invalid` for a limit or a diversity out of range.
    """
    if not 1 <= limit <= MOST:
        raise Invalid(f"{limit} similar papers cannot be shown; ask for 1 to {MOST}.", field="limit", value=limit)
    if not 0 <= diversity <= 1:
        raise Invalid(
            f"{diversity} is no diversity; it goes from 0, the nearest, to 1.", field="diversity", value=diversity
        )
    vector = engine.vector(paper_id)
    if vector is None or not vector.any():
        none = np.zeros(0, np.float32)
        return np.zeros(0, np.int64), none, none
    near = engine.by_meaning(Query(), vector, max(limit * POOL, LEAST_POOL) + 1)
    others = near.ids != paper_id
    ids, cosines = near.ids[others], near.scores[others]
    places, above = varied(cosines, _closeness(engine, ids), limit, diversity)
    return ids[places], cosines[places], above


def varied(
    cosines: Scores, closeness: NDArray[np.float32], limit: int, diversity: float
) -> tuple[NDArray[np.int64], Scores]:
    """Choose `limit` places by maximal marginal relevance; return them, and how close each is to those above it.

    `cosines` has shape (n,), best first, and `closeness` (n, n). Nothing stands above the first, whose closeness is 0.
    """
    nearest_above = np.zeros(len(cosines), np.float32)
    left = np.ones(len(cosines), np.bool_)
    places: list[int] = []
    above: list[float] = []
    for _ in range(min(limit, len(cosines))):
        gains = np.where(left, (1 - diversity) * cosines - diversity * nearest_above, -np.inf)
        place = int(np.argmax(gains))
        places.append(place)
        above.append(float(nearest_above[place]))
        left[place] = False
        nearest_above = np.maximum(nearest_above, closeness[place])
    return np.array(places, np.int64), np.array(above, np.float32)


def _closeness(engine: Engine, ids: Ids) -> NDArray[np.float32]:
    """Return the (n, n) cosines between these papers."""
    closeness = np.zeros((len(ids), len(ids)), np.float32)
    for row, one in enumerate(ids):
        vector = engine.vector(int(one))
        if vector is not None:
            closeness[row] = engine.cosines(vector, ids)
    return closeness
