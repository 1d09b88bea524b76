"""The order of a page: by score, but no place among the first ten for a paper that hardly anybody voted for.

Scores are `formula`'s matter. The quorum only ever moves a paper behind others; it never lifts one that is too old to
be a candidate, and where there are no votes at all it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from broadsheet.trending.explain import Part, votes
from broadsheet.trending.formula import QUORUM, QUORUM_PLACES


@dataclass(frozen=True, slots=True)
class Scored:
    """The score of one paper, and the parts that add up to it."""

    paper_id: int
    score: float
    parts: tuple[Part, ...]


def ranked(scored: Sequence[Scored]) -> list[Scored]:
    """Return the page's order; of equal scores the paper that came last stands first."""
    by_score = sorted(scored, key=lambda one: (-one.score, -one.paper_id))
    counts = {one.paper_id: votes(one.parts) for one in by_score}
    present = [counts[one.paper_id] for one in by_score if counts[one.paper_id] > 0][:QUORUM_PLACES]
    if not present:
        return by_score
    quorum = QUORUM * median(present)
    first = [one for one in by_score if counts[one.paper_id] >= quorum][:QUORUM_PLACES]
    placed = {one.paper_id for one in first}
    return [*first, *(one for one in by_score if one.paper_id not in placed)]
