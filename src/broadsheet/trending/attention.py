"""What is known of the attention to one paper: its age, readings and stars at a moment, and how its counts grew.

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
CHARTED = 60  # points of a chart: more than one can be told from its neighbour on no screen
_OTHER_LABELS = {
    STARS: "stars on GitHub",
    "hf_comments": "comments on Hugging Face",
    "citations": "citations",
    "influential_citations": "influential citations",
}
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


@dataclass(frozen=True, slots=True)
class Series:
    """How one kind of count grew: (moment, count) by time, never falling; `label` is what is counted, in words."""

    kind: str
    label: str
    points: tuple[tuple[datetime, float], ...]


def grown(signals: Iterable[Signal], until: datetime, most: int = CHARTED) -> list[Series]:
    """Return how each kind grew until then, kinds of votes first; at most `most` points, the first and last among them.

    A kind whose start was told begins there with nothing.
    """
    by_kind: dict[str, list[Signal]] = {}
    for signal in sorted(signals, key=lambda one: one.observed_at):
        if signal.observed_at <= until:
            by_kind.setdefault(signal.kind, []).append(signal)
    order = sorted(by_kind, key=lambda kind: (kind not in KINDS, kind))
    return [Series(kind, _label(kind), tuple(_spread(_points(by_kind[kind]), most))) for kind in order]


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


def _points(seen: Sequence[Signal]) -> list[tuple[datetime, float]]:
    """Return the running maximum of one kind, oldest first."""
    start = start_of(seen, seen[0].observed_at)
    points = [(start, 0.0)] if start < seen[0].observed_at else []
    for signal in seen:
        points.append((signal.observed_at, max(signal.value, points[-1][1] if points else 0.0)))
    return points


def _spread(points: list[tuple[datetime, float]], most: int) -> list[tuple[datetime, float]]:
    """Keep the first point, and of each of `most` - 1 equal spans of time the last one."""
    if len(points) <= most:
        return points
    first, last = points[0][0], points[-1][0]
    width = (last - first) / (most - 1)
    kept = {min(int((moment - first) / width), most - 2): (moment, count) for moment, count in points[1:]}
    return [points[0], *(kept[span] for span in sorted(kept))]


def _label(kind: str) -> str:
    if kind in KINDS:
        return f"{KINDS[kind].noun}s {KINDS[kind].where}"
    return _OTHER_LABELS.get(kind, kind.replace("_", " "))
