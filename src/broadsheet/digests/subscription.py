"""What a subscription is, and which choices a reader has.

Asking, confirming and ending are `subscriptions`' matter.
Choices are checked in one place, `choices`, for the form, the API and the command line alike.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import available_timezones

from broadsheet.digests import dates
from broadsheet.digests.dates import ENGLISH
from broadsheet.digests.sections import ALL, PAGE, read, with_page
from broadsheet.errors import Invalid

Days = Literal["daily", "weekdays", "weekly", "monthly"]
DAYS: dict[str, Days] = {"daily": "daily", "weekdays": "weekdays", "weekly": "weekly", "monthly": "monthly"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SMALLEST, LARGEST = 1, 30
LONGEST_PAUSE = timedelta(days=366)
_WHEN = {"daily": "every day", "weekdays": "Monday to Friday", "monthly": "on the first of each month"}


@dataclass(frozen=True, slots=True)
class Choices:
    """When, what and how much: `hour` 0 to 23 in `timezone`, on which `days` (weekly: `weekday`, 0 is Monday).

    `sections` come in their order, `size` papers at most in all; what is followed comes `beside` the size where that
    is chosen. With `even_empty` a mail comes when nothing is new, and says why. Dates are told as in `locale`.
    """

    hour: int
    timezone: str
    days: Days
    size: int
    sections: tuple[str, ...] = ALL
    weekday: int = 0
    beside: bool = False
    even_empty: bool = False
    locale: str = ENGLISH

    @property
    def edition(self) -> bool:
        """Whether anything of the day's page comes, rather than what is followed alone."""
        return any(name in PAGE for name in self.sections)

    @property
    def sentence(self) -> str:
        """The choices in words, for the foot of a mail and the manage page."""
        when = f"on {WEEKDAYS[self.weekday]}s" if self.days == "weekly" else _WHEN[self.days]
        papers = "one paper" if self.size == 1 else f"up to {self.size} papers"
        if not self.edition:
            papers = "new papers of what you follow alone" if self.beside else f"{papers} of what you follow alone"
        return f"{when} at {self.hour:02d}:00, {self.timezone}, {papers}"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One address that asked for digests; `token` opens its manage page and ends it, so neither is ever printed.

    `reading` is a token that shows the mails of it and nothing else.
    """

    id: int
    address: str = field(repr=False)
    state: Literal["pending", "confirmed", "ended"]
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    token: str = field(repr=False)
    reading: str = field(repr=False)
    choices: Choices
    paused_from: date | None = None
    paused_until: date | None = None

    @property
    def size(self) -> int:
        """How many papers it wants at most."""
        return self.choices.size

    @property
    def sections(self) -> tuple[str, ...]:
        """Which sections come, in their order."""
        return self.choices.sections

    @property
    def beside(self) -> bool:
        """Whether what is followed comes beside the size."""
        return self.choices.beside

    @property
    def even_empty(self) -> bool:
        """Whether a mail comes when nothing is new."""
        return self.choices.even_empty

    def rests_on(self, day: date) -> bool:
        """Tell whether the edition of a day brings no digest."""
        begun = self.paused_from is None or self.paused_from <= day
        return begun and self.paused_until is not None and day < self.paused_until


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones; the first time they are gathered from hundreds of files."""
    return frozenset(available_timezones())


def choices(
    *,
    hour: object,
    timezone: object,
    days: object,
    size: object,
    sections: object = ALL,
    edition: object = None,
    weekday: object = 0,
    beside: object = False,
    even_empty: object = False,
    locale: object = ENGLISH,
) -> Choices:
    """Check what a form or a command line gave; raises `Invalid` naming the field, the value and the remedy.

    `edition`, where it is given, switches what comes of the day's page on or off among the `sections`.
    """
    if not isinstance(timezone, str) or timezone not in zones():
        raise Invalid(
            f"{_shown(timezone)} is no time zone; use a name such as Europe/Vienna or UTC.",
            field="timezone",
            value=timezone,
        )
    if not isinstance(days, str) or days not in DAYS:
        raise Invalid(
            f"{_shown(days)} is no rhythm; choose daily, weekdays, weekly or monthly.", field="days", value=days
        )
    order = read(sections)
    if edition is not None:
        order = with_page(order, wanted=_whether("edition", edition))
    return Choices(
        _whole("hour", hour, 0, 23),
        timezone,
        DAYS[days],
        _whole("size", size, SMALLEST, LARGEST),
        order,
        _whole("weekday", weekday, 0, 6),
        _whether("beside", beside),
        _whether("even_empty", even_empty),
        dates.checked(locale),
    )


def pause(since: object, until: object, today: date) -> tuple[date | None, date | None]:
    """Check from which day a subscription is to rest, and before which it goes on; both None end a pause.

    Without a first day it rests at once. The last lies within a year to come. Raises `Invalid` (field `paused_from`,
    `paused_until`).
    """
    first, day = _day("paused_from", since), _day("paused_until", until)
    if day is None:
        if first is not None:
            raise Invalid("Say until which day the pause lasts, too.", field="paused_until")
        return None, None
    if not today < day <= today + LONGEST_PAUSE:
        message = f"A pause ends on a day to come, within a year; {day} does not."
        raise Invalid(message, field="paused_until", value=until)
    if first is not None and first >= day:
        message = f"The dates are the wrong way round: {first} is not before {day}."
        raise Invalid(message, field="paused_from", value=since)
    return first if first is not None and first > today else None, day


def _day(name: str, given: object) -> date | None:
    if given in (None, ""):
        return None
    try:
        return given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        raise Invalid(f"{_shown(given)} is no date; write it as 2026-01-15.", field=name, value=given) from None


def _whether(name: str, given: object) -> bool:
    if isinstance(given, bool):
        return given
    if given not in ("on", "off"):
        raise Invalid(f"{_shown(given)} is no choice; say on or off.", field=name, value=given)
    return given == "on"


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
