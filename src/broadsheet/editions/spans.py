"""The days that an edition stands for: a day, a calendar week (ISO 8601) or a month, with their names and neighbours.

When a page is published `publishing` decides; here dates and times of day become moments of the instance's zone.
A span's name is its address for good: 2026-01-15, 2026-W03, 2026-01.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from broadsheet.errors import Invalid, NotFound

Period = Literal["day", "week", "month"]
PERIODS: tuple[Period, ...] = get_args(Period)
A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
YEARS = range(1900, 2200)  # in which an edition may be: their spans have neighbours, and moments in every zone
_WEEK = re.compile(r"([0-9]{4})-?[Ww]([0-9]{2})", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days of one edition, from `start` on; a week starts on a Monday, a month on its first day."""

    period: Period
    start: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.after.start - A_DAY

    @property
    def after(self) -> "Span":
        """The span that follows at once."""
        if self.period == "month":
            return Span("month", (self.start + timedelta(days=31)).replace(day=1))
        return Span(self.period, self.start + (A_DAY if self.period == "day" else A_WEEK))

    @property
    def before(self) -> "Span":
        """The span that ends just before this one starts."""
        return span_of(self.period, self.start - A_DAY)

    @property
    def comes_out_on(self) -> date:
        """The day on which its page is published: a day's own, else the day after the last, when all of it is known."""
        return self.start if self.period == "day" else self.after.start

    @property
    def name(self) -> str:
        """Its address: 2026-01-15, 2026-W03 or 2026-01."""
        if self.period == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{self.start:%Y-%m}" if self.period == "month" else self.start.isoformat()

    @property
    def words(self) -> str:
        """Its name for a person: 15 Jan 2026, week 3 of 2026, January 2026."""
        if self.period == "week":
            year, week, _ = self.start.isocalendar()
            return f"week {week} of {year}"
        return f"{self.start:%B %Y}" if self.period == "month" else f"{self.start.day} {self.start:%b %Y}"

    @property
    def title(self) -> str:
        """Its name as a headline: Thursday 15 January 2026, Week 3 of 2026, January 2026."""
        if self.period == "day":
            return f"{self.start:%A} {self.start.day} {self.start:%B %Y}"
        return self.words[0].upper() + self.words[1:]


def span_of(period: str, day: date) -> Span:
    """Return the span of `period` that a day lies in; raises `Invalid` for an unknown period."""
    if period == "day":
        return Span("day", day)
    if period == "week":
        return Span("week", day - timedelta(days=day.weekday()))
    if period == "month":
        return Span("month", day.replace(day=1))
    raise Invalid(
        f"There are editions by day, week and month, none by {period[:40]}.", field="period", value=period[:40]
    )


def read(name: str) -> Span:
    """Return the span that a name means, also where it is written another way: 20260115, 2026W03.

    Raises `NotFound` for what names no day, week or month in which an edition may be.
    """
    span = _read(name)
    if span is None or span.start.year not in YEARS:
        said = (
            f"“{name[:40]}” is no date. Write a day as in /edition/2026-01-15, a week as 2026-W03, a month as 2026-01."
        )
        raise NotFound(said, value=name[:40])
    return span


def read_time(text: str) -> time | None:
    """Return a time of day written 07:00, None for the empty text; raises `Invalid` (field `goes_out`)."""
    if not text.strip():
        return None
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise Invalid(f"“{text[:20]}” is no time of day; write it as 07:00.", field="goes_out", value=text[:20])
    return time(int(found[1]), int(found[2]))


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when it is `at` on `day` in `zone`, in UTC.

    A time that the clocks skip is as much later as they skip; of one that comes twice the first is meant.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when `day` begins in `zone`, in UTC."""
    return moment(day, time(), zone)


def _read(name: str) -> Span | None:
    try:
        if week := _WEEK.fullmatch(name):
            return Span("week", date.fromisocalendar(int(week[1]), int(week[2]), 1))
        if month := _MONTH.fullmatch(name):
            return Span("month", date(int(month[1]), int(month[2]), 1))
        return Span("day", date.fromisoformat(name))
    except ValueError:
        return None
