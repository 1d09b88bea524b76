"""Turns a paper's observations of one kind into the one reading that the formula judges.

What a reading is worth is `formula`'s matter. Counts never fall: a vote taken back, or a page that lost some for a
while, must not look like attention when they return.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.papers.records import Signal

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest count of one kind and the one before it, with the ages (hours since its start) at which they stood.

    `age_before` is 0 and `count_before` 0 where nothing was read early enough: then all votes are recent ones.
    """

    count: float
    age: float
    count_before: float = 0.0
    age_before: float = 0.0

    @property
    def since_birth(self) -> bool:
        """Whether the count before is the birth, so that pace says what level says."""
        return self.age_before <= 0


def newest(signals: Sequence[Signal], start: datetime, span: float, until: datetime) -> Reading | None:
    """Return the reading of one kind at `until`, its pace over `span` hours; None where nothing was read by then.

    The count before is interpolated where the readings around that moment are at most one span apart, else the newest
    reading that is older, else the birth.
    """
    points = _running(signals, start, until)
    if not points:
        return None
    age, count = points[-1]
    before = _before(points, age - span, span)
    return Reading(count, age, before[1], before[0]) if before else Reading(count, age)


def held(signals: Sequence[Signal], start: datetime, span: float, until: datetime) -> tuple[Reading, datetime]:
    """Return the reading at `until` of a kind that is counted as it happens, and when it last grew.

    Between two counts it stood still, so the count before is the one that stood one span before `until`.
    """
    highest, before, grew = 0.0, 0.0, start
    since = until - span * HOUR
    for signal in sorted((s for s in signals if s.observed_at <= until), key=lambda s: s.observed_at):
        if signal.value > highest:
            highest, grew = signal.value, signal.observed_at
        if signal.observed_at <= since:
            before = highest
    age = max((until - start) / HOUR, 0.0)
    return Reading(highest, age, before, max(age - span, 0.0)), grew


def start_of(signals: Iterable[Signal], otherwise: datetime) -> datetime:
    """Return when counting could begin: the earliest start told, else `otherwise` or the first reading, if earlier."""
    told, read = [], [otherwise]
    for signal in signals:
        read.append(signal.observed_at)
        if signal.began_at is not None:
            told.append(signal.began_at)
    return min(told) if told else min(read)


def _running(signals: Iterable[Signal], start: datetime, until: datetime) -> list[tuple[float, float]]:
    """Return (age, running maximum) by time."""
    points, highest = [], 0.0
    for signal in sorted((s for s in signals if s.observed_at <= until), key=lambda s: s.observed_at):
        highest = max(highest, signal.value)
        points.append((max((signal.observed_at - start) / HOUR, 0.0), highest))
    return points


def _before(points: Sequence[tuple[float, float]], age: float, span: float) -> tuple[float, float] | None:
    older = [point for point in points if point[0] <= age]
    if age <= 0 or not older:
        return None
    left = older[-1]
    right = points[len(older)]  # exists: the newest reading is one span younger than `age`
    gap = right[0] - left[0]
    if left[0] == age or gap > span:
        return left
    return age, left[1] + (right[1] - left[1]) * (age - left[0]) / gap
