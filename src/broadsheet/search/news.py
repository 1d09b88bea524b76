"""What of some papers answers a question: for those who follow it and were told of the others before.

Which papers are new to whom is the follower's matter; ranking is done before. Reasons are made only for papers that are
asked for, as most followers know most of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from broadsheet.search.engine import Ids
from broadsheet.search.fusion import Ranking
from broadsheet.search.results import Hit

_NONE = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class News:
    """The answers in their order, and what makes results of them."""

    ranking: Ranking
    tell: Callable[[Ranking], list[Hit]]

    @classmethod
    def of(cls, ranking: Ranking, among: Ids, tell: Callable[[Ranking], list[Hit]]) -> News:
        """Return those answers of a ranking that are `among` some papers."""
        known = np.sort(among)  # mostly sorted already: that and looking up takes a tenth of `np.isin`
        places = np.minimum(np.searchsorted(known, ranking.ids), max(len(known) - 1, 0))
        held = known[places] == ranking.ids if len(known) else np.zeros(len(ranking), np.bool_)
        return cls(ranking.taken(np.flatnonzero(held)), tell)

    @property
    def ids(self) -> list[int]:
        """The papers in the order of the question."""
        found: list[int] = self.ranking.ids.tolist()
        return found

    def reasons(self, wanted: Collection[int]) -> dict[int, str]:
        """Return why each of the wanted papers is an answer; one that is none, or departed since, is left out."""
        part = self.ranking.taken(np.flatnonzero(np.isin(self.ranking.ids, np.array(sorted(wanted), np.int64))))
        return {hit.paper.id: hit.why.sentence for hit in self.tell(part)}


NO_NEWS = News(Ranking(np.zeros(0, np.int64), _NONE, _NONE), lambda _part: [])
