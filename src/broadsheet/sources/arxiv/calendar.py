"""When arXiv announces new papers, when it does not, and so whether silence is as it should be.

Schedule and holidays are arXiv's own (https://info.arxiv.org/help/availability.html): announcements at 20:00 in New
York, Sunday to Thursday. A holiday is a weekday on which nothing is made ready: its evening brings no announcement, and
one on a Friday silences the Sunday after it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from broadsheet.sources.connector import FAULT, QUIET

ZONE = ZoneInfo("America/New_York")
ANNOUNCED = time(20, 0)
HARVESTED = timedelta(hours=2.5)  # after an announcement its records stand in OAI-PMH
PATIENCE = timedelta(hours=4)  # more before silence is called a fault: moderation runs late at times
QUIET_WEEKDAYS = frozenset({4, 5})  # Friday, Saturday
SUNDAY = 6
PAGE = "info.arxiv.org/help/availability.html"


def _weekday_of(month: int, weekday: int, which: int) -> Callable[[int], date]:
    def of_year(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))

    return of_year


def _observed(month: int, day: int) -> Callable[[int], date]:
    """On a Saturday it is kept on the Friday before, on a Sunday on the Monday after."""

    def of_year(year: int) -> date:
        fixed = date(year, month, day)
        return fixed + timedelta(days={5: -1, 6: 1}.get(fixed.weekday(), 0))

    return of_year


# Those that stand in the page's list year for year: what is assumed of a year whose list is not known here.
YEARLY: Mapping[str, Callable[[int], date]] = {
    "New Year’s Day": _observed(1, 1),
    "Martin Luther King Day": _weekday_of(1, 0, 3),
    "Juneteenth": _observed(6, 19),
    "Independence Day": _observed(7, 4),
    "Labor Day": _weekday_of(9, 0, 1),
    "Thanksgiving": _weekday_of(11, 3, 4),
    "Christmas": _observed(12, 25),
}
# The page's lists, by year; a day without a name is a retreat or a winter day that arXiv chose for itself.
LISTED: Mapping[int, Mapping[tuple[int, int], str]] = {
    2023: {
        (1, 16): "Martin Luther King Day",
        (6, 14): "",
        (6, 19): "Juneteenth",
        (7, 4): "Independence Day",
        (8, 17): "",
        (9, 4): "Labor Day",
        (11, 23): "Thanksgiving",
        (12, 25): "Christmas",
        (12, 27): "",
    },
    2024: {
        (1, 15): "Martin Luther King Day",
        (5, 22): "",
        (6, 19): "Juneteenth",
        (7, 4): "Independence Day",
        (9, 2): "Labor Day",
        (10, 8): "",
        (11, 28): "Thanksgiving",
        (12, 25): "Christmas",
        (12, 26): "",
        (12, 31): "New Year’s Eve",
    },
    2025: {
        (1, 1): "New Year’s Day",
        (1, 20): "Martin Luther King Day",
        (6, 19): "Juneteenth",
        (7, 4): "Independence Day",
        (9, 1): "Labor Day",
        (11, 27): "Thanksgiving",
        (12, 25): "Christmas",
        (12, 30): "",
    },
    2026: {
        (1, 1): "New Year’s Day",
        (1, 19): "Martin Luther King Day",
        (6, 19): "Juneteenth",
        (7, 3): "Independence Day",
        (9, 7): "Labor Day",
        (11, 26): "Thanksgiving",
        (12, 25): "Christmas",
        (12, 29): "",
        (12, 31): "New Year’s Eve",
    },
}


def holiday(day: date) -> str:
    """Return the name of arXiv's holiday on `day`, its date where it has none, empty if it is none."""
    if day.year in LISTED:
        name = LISTED[day.year].get((day.month, day.day))
        return "" if name is None else name or f"{day.day} {day:%B %Y}"
    return next((name for name, of_year in YEARLY.items() if of_year(day.year) == day), "")


def day_off(day: date) -> str:
    """Return why nothing is announced on the evening of `day`, as words after “does not announce”; empty if it is."""
    if day.weekday() in QUIET_WEEKDAYS:
        return "on Fridays and Saturdays"
    if day.weekday() == SUNDAY:
        name = holiday(day - timedelta(days=2))
        return f"on the Sunday after {name}" if name else ""
    return f"on {name}" if (name := holiday(day)) else ""


def announcement_before(moment: datetime) -> datetime:
    """Return when the newest announcement was to be, at or before `moment`."""
    day = moment.astimezone(ZONE).date()
    while day_off(day) or _evening(day) > moment:
        day -= timedelta(days=1)
    return _evening(day)


def announcement_after(moment: datetime) -> datetime:
    """Return when the next announcement is to be, after `moment`."""
    day = moment.astimezone(ZONE).date()
    while day_off(day) or _evening(day) <= moment:
        day += timedelta(days=1)
    return _evening(day)


def silence(now: datetime, harvested_at: datetime | None, news_at: datetime | None) -> str:
    """Say in a sentence why nothing new came, or that this is a fault; empty where there is nothing to explain.

    `harvested_at` is when the last good harvest ended, `news_at` when one last brought a new paper.
    """
    if harvested_at is None or news_at is None:
        return ""
    expected = announcement_before(now - HARVESTED)
    if news_at < expected and harvested_at >= expected + HARVESTED + PATIENCE:
        return (
            f"{FAULT}: arXiv should have announced on {_evening_words(expected)}, and nothing new has come. "
            f"Unless it took a day off at short notice ({PAGE}), the trouble is there or on the way here."
        )
    evening = (now - HARVESTED).astimezone(ZONE)
    day = evening.date() if evening.time() >= ANNOUNCED else evening.date() - timedelta(days=1)
    reason = day_off(day)
    if not reason or news_at >= _evening(day):
        return ""
    return (
        f"{QUIET} since {_evening_words(expected)}: arXiv does not announce {reason}. "
        f"The next announcement is on {_evening_words(announcement_after(now))}."
    )


def _evening(day: date) -> datetime:
    return datetime.combine(day, ANNOUNCED, ZONE)


def _evening_words(moment: datetime) -> str:
    local = moment.astimezone(ZONE)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M} in New York"
