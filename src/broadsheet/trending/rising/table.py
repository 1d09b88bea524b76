"""The training table's rows: a paper, the moment it became known, and what came of it within a week.

A label asks whether the paper came into the first tenth of its day's votes. Nothing of a day counts as known before
the week after its last hour is over (`settled`): features at a moment are made of settled days alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import log2

SETTLES_AFTER = timedelta(days=7)  # by then a usual paper has nine tenths of its votes
TENTH = 10
FEWEST_A_DAY = TENTH  # a tenth of nine papers is nobody
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One paper as it was when it became known, at `seed`; `votes` are those within a week, in upvotes' worth.

    `authors` are normal forms, `kinds` the kinds of artefact that its first record named. `day` is whose papers it
    is compared with.
    """

    paper_id: int
    seed: datetime
    day: date
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...] = ()
    source: str = ""
    kinds: frozenset[str] = frozenset()
    votes: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row: how far its votes lie above its day's, in doublings, and whether it came into its tenth."""

    row: Row
    above: float
    first: bool


def settled(day: date) -> datetime:
    """Return when what came of a day's papers is known: a week after its end, by UTC."""
    return datetime.combine(day + A_DAY, time(), UTC) + SETTLES_AFTER


def outcomes(rows: Iterable[Row]) -> list[Outcome]:
    """Return what came of the papers of each day that has at least ten, of which one got votes; by day, then by seed.

    A paper is in the first tenth if no more than a tenth of the day's papers, itself among them, got as many votes: who
    shares the last place with others is not in it.
    """
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    tell = (day for day in sorted(by_day) if len(by_day[day]) >= FEWEST_A_DAY and any(row.votes for row in by_day[day]))
    return [one for day in tell for one in _of_day(by_day[day])]


def _of_day(rows: Sequence[Row]) -> list[Outcome]:
    usual = sum(log2(1 + row.votes) for row in rows) / len(rows)
    ordered = sorted((row.votes for row in rows), reverse=True)
    bar = ordered[len(rows) // TENTH]  # the votes of the first that is not in the tenth
    by_seed = sorted(rows, key=lambda row: (row.seed, row.paper_id))
    return [Outcome(row, log2(1 + row.votes) - usual, row.votes > bar) for row in by_seed]
