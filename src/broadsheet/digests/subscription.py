"""What a subscription is, and which choices a reader has.

Asking, confirming and ending are `subscriptions`' matter.
Choices are checked in one place, `choices`, for the form, the API and the command line alike.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import available_timezones

from broadsheet.errors import Invalid

Days = Literal["daily", "weekdays", "weekly", "monthly"]
DAYS: dict[str, Days] = {"daily": "daily", "weekdays": "weekdays", "weekly": "weekly", "monthly": "monthly"}
SMALLEST, LARGEST = 1, 30
LONGEST_PAUSE = timedelta(days=366)
_WHEN = {
    "daily": "every day",
    "weekdays": "Monday to Friday",
    "weekly": "on Mondays",
    "monthly": "on the first of each month",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """When and how much: `hour` 0 to 23 in `timezone`, on which `days` (weekly: Mondays; monthly: the first).

    Of the edition `size` papers at most, and none unless `edition`: then only what saved searches find comes.
    """

    hour: int
    timezone: str
    days: Days
    size: int
    edition: bool = True

    @property
    def sentence(self) -> str:
        """The choices in words, for the foot of a mail and the manage page."""
        when = _WHEN[self.days]
        papers = "one paper" if self.size == 1 else f"up to {self.size} papers"
        papers = papers if self.edition else "new papers of your saved searches alone"
        return f"{when} at {self.hour:02d}:00, {self.timezone}, {papers}"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One address that asked for digests; `token` opens its manage page and ends it, so neither is ever printed."""

    id: int
    address: str = field(repr=False)
    state: Literal["pending", "confirmed", "ended"]
    hour: int
    timezone: str
    days: Days
    size: int
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    token: str = field(repr=False)
    edition: bool = True
    paused_until: date | None = None

    @property
    def choices(self) -> Choices:
        """What the reader chose, as one value."""
        return Choices(self.hour, self.timezone, self.days, self.size, self.edition)


def choices(*, hour: object, timezone: object, days: object, size: object, edition: object = True) -> Choices:
    """Check what a form or a command line gave; raises `Invalid` naming the field, the value and the remedy."""
    if not isinstance(timezone, str) or timezone not in available_timezones():
        raise Invalid(
            f"{_shown(timezone)} is no time zone; use a name such as Europe/Vienna or UTC.",
            field="timezone",
            value=timezone,
        )
    if not isinstance(days, str) or days not in DAYS:
        raise Invalid(
            f"{_shown(days)} is no rhythm; choose daily, weekdays, weekly or monthly.", field="days", value=days
        )
    return Choices(
        _whole("hour", hour, 0, 23), timezone, DAYS[days], _whole("size", size, SMALLEST, LARGEST), _whether(edition)
    )


def pause(until: object, today: date) -> date | None:
    """Check until which day a subscription is to rest: one to come, within a year; None or an empty text ends a pause.

    Raises `Invalid` (field `paused_until`).
    """
    if until in (None, ""):
        return None
    try:
        day = until if isinstance(until, date) else date.fromisoformat(str(until))
    except ValueError:
        message = f"{_shown(until)} is no date; write it as 2026-01-15."
        raise Invalid(message, field="paused_until", value=until) from None
    if not today < day <= today + LONGEST_PAUSE:
        message = f"A pause ends on a day to come, within a year; {day} does not."
        raise Invalid(message, field="paused_until", value=until)
    return day


def _whether(edition: object) -> bool:
    if isinstance(edition, bool):
        return edition
    if edition not in ("on", "off"):
        raise Invalid(
            f"{_shown(edition)} is no choice; say on for the day's page, off for saved searches alone.",
            field="edition",
            value=edition,
        )
    return edition == "on"


def _whole(name: str, value: object, least: int, most: int) -> int:
    try:
        number = int(value) if isinstance(value, int | str) else least - 1
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise Invalid(f"{_shown(value)} is no {name}; choose one from {least} to {most}.", field=name, value=value)
    return number


def _shown(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 40 else text[:39] + "…")
