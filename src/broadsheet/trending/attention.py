"""What is known of the attention to one paper at a moment: its age, its reading of each kind of vote, its stars.

Where facts and signals come from is `store`'s and `SignalLog`'s matter, what they are worth `formula`'s.
A kind that nobody read is absent and never zero.
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import Signal
from broadsheet.trending.formula import KINDS
from broadsheet.trending.readings import HOUR, Reading, newest, start_of

STARS = "github_stars"
ANNOUNCED_WITHIN = timedelta(days=7)  # a paper met later than that after its date was not new when it came here


@dataclass(frozen=True, slots=True)
class Facts:
    """What the formula needs of a paper besides its signals; `stars` is None where no code's stars are known."""

    paper_id: int
    first_seen_at: datetime
    published: date | None
    date_precision: DatePrecision
    stars: int | None


@dataclass(frozen=True, slots=True)
class Attention:
    """The inputs of the formula for one paper, ages in hours.

    `age` is the paper's own, `ages` are those of each kind of votes that was read, since it could begin.
    """

    age: float
    ages: Mapping[str, float]
    readings: Mapping[str, Reading]
    stars: float | None


def attention(facts: Facts, signals: Sequence[Signal], now: datetime) -> Attention:
    """Return what is known of a paper at `now`; signals observed later are not looked at."""
    own = _own_start(facts)
    readings: dict[str, Reading] = {}
    ages: dict[str, float] = {}
    for name, kind in KINDS.items():
        seen = [signal for signal in signals if signal.kind == name and signal.observed_at <= now]
        start = start_of(seen, own)
        reading = newest(seen, start, kind.span, now)
        if reading is not None:
            readings[name] = reading
            ages[name] = max((now - start) / HOUR, 0.0)
    return Attention(max((now - own) / HOUR, 0.0), ages, readings, _stars(facts, signals, now))


def _own_start(facts: Facts) -> datetime:
    """When the paper met us; its own date, if it was out for more than a week by then (an import, the shelf)."""
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


def _stars(facts: Facts, signals: Iterable[Signal], now: datetime) -> float | None:
    counted = [signal.value for signal in signals if signal.kind == STARS and signal.observed_at <= now]
    if facts.stars is not None:
        counted.append(facts.stars)
    return max(counted, default=None)
