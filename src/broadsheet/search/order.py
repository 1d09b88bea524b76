"""In which order results stand: by relevance as ranked, or by another key among those that are relevant enough.

A published number decides each order, and a paper's shares always add up to the score by which it stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Engine
from broadsheet.search.fusion import Ranking

Sort = Literal["relevance", "recent", "newest", "trending"]
SORTS: Final = get_args(Sort)
Order = Callable[[Sequence[int]], dict[int, float]]

# In another order than relevance the weakest candidates would come first as readily as the best: these are left out.
KEPT_SHARE: Final = 0.5
# Recent and relevant: both shares of a paper are halved for every so many days of its age.
HALF_LIFE_DAYS: Final = 365
UNDATED_HALVINGS: Final = 10  # a paper without a date counts as old


def freshness(days: NDArray[np.int32], today: date) -> NDArray[np.float32]:
    """Return what is left of relevance at each ordinal day (0: unknown): `2 ** -(age / HALF_LIFE_DAYS)`, 1 at most."""
    ages = np.maximum(today.toordinal() - days.astype(np.float64), 0)
    halvings = np.where(days > 0, ages / HALF_LIFE_DAYS, UNDATED_HALVINGS)
    left: NDArray[np.float32] = np.exp2(-halvings).astype(np.float32)
    return left


def in_order(engine: Engine, ranking: Ranking, sort: Sort, today: date, trending: Order | None) -> Ranking:
    """Return the ranking in another order, less what is not relevant enough; ties stay as ranked."""
    if sort == "relevance":
        return ranking
    scores = ranking.scores
    if len(ranking) and scores.max() > 0:
        ranking = ranking.taken(np.flatnonzero(scores >= KEPT_SHARE * scores.max()))
    if sort == "recent":
        return _recent(ranking, freshness(engine.days(ranking.ids), today))
    if sort == "newest":
        keys = engine.days(ranking.ids).astype(np.float64)
    else:
        known = trending([int(one) for one in ranking.ids]) if trending else {}
        keys = np.array([known.get(int(one), -np.inf) for one in ranking.ids])  # no candidate: behind all that are
    return ranking.taken(np.argsort(-keys, kind="stable"))


def _recent(ranking: Ranking, left: NDArray[np.float32]) -> Ranking:
    aged = Ranking(ranking.ids, ranking.text * left, ranking.meaning * left)
    return aged.taken(np.argsort(-aged.scores, kind="stable"))
