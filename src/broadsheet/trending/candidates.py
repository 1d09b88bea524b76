"""A paper as trending keeps it between two ticks: its age, the newest reading of each kind, its stars and citations.

Made of a paper's signals once, whenever one comes in, and never because time goes by: `attention` tells from it what
is known at a moment. Moments are seconds since 1970 here, so that a hundred thousand of them are one column of numbers.
"""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import Signal
from broadsheet.trending.formula import KINDS, Kind
from broadsheet.trending.readings import Reading, held, newest, start_of

STARS, CITATIONS = "github_stars", "citations"
ANNOUNCED_WITHIN = timedelta(days=7)  # a paper met later than that after its date was not new when it came here
PUBLISHED_BEFORE = timedelta(days=14)  # a paper without votes is a candidate only if it is that new
_A_DAY = timedelta(days=1)
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the formula needs of a paper besides its signals; `stars` is None where no code's stars are known.

    `categories` and `source`, the first that told of it, say on which pages it stands and who speaks for it there.
    """

    paper_id: int
    first_seen_at: datetime
    published: date | None
    date_precision: DatePrecision
    stars: int | None
    categories: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """The newest reading of one kind: when its counting began, and when it was last read or, if own, last grew."""

    kind: str
    start: float
    read: float
    reading: Reading


@dataclass(frozen=True, slots=True)
class Candidate:
    """One paper; `joined` is since when it may trend, minus infinity for never, `started` since when it has an age."""

    paper_id: int
    joined: float
    started: float
    stars: float | None
    citations: float | None
    categories: tuple[str, ...]
    source: str
    counted: Mapping[str, Counted]


def candidate(facts: Facts, signals: Iterable[Signal], now: datetime, trust: float = 1.0) -> Candidate:
    """Return a paper as it stands at `now`; signals observed later are not looked at.

    `trust` is the share of the readers' votes here that counts: less than one where they mostly vote together.
    """
    by_kind: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        if signal.observed_at <= now:
            by_kind[signal.kind].append(signal)
    own = own_start(facts)
    counted = {
        name: _counted(kind, by_kind[name], own, now, trust if name == "votes" else 1.0)
        for name, kind in KINDS.items()
        if name in by_kind
    }
    return Candidate(
        facts.paper_id,
        _joined(facts, (signal for name in counted for signal in by_kind[name])),
        own.timestamp(),
        _highest(by_kind[STARS], facts.stars),
        _highest(by_kind[CITATIONS], None),
        facts.categories,
        facts.source,
        counted,
    )


def _counted(kind: Kind, seen: Sequence[Signal], own: datetime, now: datetime, trust: float) -> Counted:
    start = start_of(seen, own)
    if kind.own:
        reading, read = held(seen, start, kind.span, now)
        if trust != 1:
            reading = Reading(reading.count * trust, reading.age, reading.count_before * trust, reading.age_before)
    else:
        found = newest(seen, start, kind.span, now)
        assert found is not None  # noqa: S101 - there are signals, and none is later than `now`
        reading, read = found, max(signal.observed_at for signal in seen)
    return Counted(kind.name, start.timestamp(), read.timestamp(), reading)


def _joined(facts: Facts, votes: Iterable[Signal]) -> float:
    """When the newest of its kinds of votes began; or when it came here, if it was not out for long by then."""
    joined = max(((vote.began_at or vote.observed_at).timestamp() for vote in votes), default=_NEVER)
    if facts.published is None:
        return joined
    # The last moment of the day by which it must have come here, so that a date without an hour costs nobody a day.
    new_until = datetime.combine(facts.published, time(), UTC) + PUBLISHED_BEFORE + _A_DAY
    return max(joined, min(facts.first_seen_at, new_until).timestamp())


def own_start(facts: Facts) -> datetime:
    """Return when the paper met us; its own date, if it was out for more than a week by then (an import, the shelf)."""
    if facts.published is None:
        return facts.first_seen_at
    appeared = datetime.combine(_latest_day(facts.published, facts.date_precision), time(12), UTC)
    return appeared if appeared < facts.first_seen_at - ANNOUNCED_WITHIN else facts.first_seen_at


def _latest_day(published: date, precision: DatePrecision) -> date:
    """The last day that a date known to the month or year can mean."""
    if precision == "day":
        return published
    month = 12 if precision == "year" else published.month
    return date(published.year, month, calendar.monthrange(published.year, month)[1])


def _highest(seen: Iterable[Signal], known: float | None) -> float | None:
    counts = [signal.value for signal in seen]
    if known is not None:
        counts.append(known)
    return max(counts, default=None)
