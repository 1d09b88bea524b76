"""In which order results stand: by relevance as ranked, or by another key among those that are relevant enough.

A published number decides each order; the shares of a paper stay what the ranking gave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, get_args

import numpy as np

from broadsheet.search.engine import Engine
from broadsheet.search.fusion import Ranking

Sort = Literal["relevance", "newest", "trending"]
SORTS: Final = get_args(Sort)
Order = Callable[[Sequence[int]], dict[int, float]]

# In another order than relevance the weakest candidates would come first as readily as the best: these are left out.
KEPT_SHARE: Final = 0.5


def in_order(engine: Engine, ranking: Ranking, sort: Sort, trending: Order | None) -> Ranking:
    """Return the ranking in another order, less what is not relevant enough; ties stay as ranked."""
    if sort == "relevance":
        return ranking
    scores = ranking.scores
    if len(ranking) and scores.max() > 0:
        ranking = ranking.taken(np.flatnonzero(scores >= KEPT_SHARE * scores.max()))
    if sort == "newest":
        keys = engine.days(ranking.ids).astype(np.float64)
    else:
        known = trending([int(one) for one in ranking.ids]) if trending else {}
        keys = np.array([known.get(int(one), 0.0) for one in ranking.ids])
    return ranking.taken(np.argsort(-keys, kind="stable"))
