"""When arXiv announces new papers, when it does not, and so whether silence is as it should be.

The schedule and the days off are arXiv's own (https://info.arxiv.org/help/availability.html): announcements at 20:00
in New York, Sunday to Thursday. A day off is the day on whose evening nothing is announced.
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
PAGE = "info.arxiv.org/help/availability.html"

# Days off beyond those of every year, as the page above listed them: the 2023 list, and for 2026 what was still ahead
# when the page was read in August 2026.
EXTRA: Mapping[date, str] = {
    date(2023, 6, 14): "",
    date(2023, 12, 27): "",
    date(2026, 12, 29): "",
    date(2026, 12, 31): "New Year’s Eve",
}


def _weekday_of(month: int, weekday: int, which: int) -> Callable[[int], date]:
    def of_year(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))

    return of_year


# Those that stand in every list of the page.
YEARLY: Mapping[str, Callable[[int], date]] = {
    "Martin Luther King Day": _weekday_of(1, 0, 3),
    "Juneteenth": lambda year: date(year, 6, 19),
    "Independence Day": lambda year: date(year, 7, 4),
    "Labor Day": _weekday_of(9, 0, 1),
    "Thanksgiving": _weekday_of(11, 3, 4),
    "Christmas": lambda year: date(year, 12, 25),
}


def day_off(day: date) -> str:
    """Return why nothing is announced on the evening of `day`, as words after “does not announce”; empty if it is."""
    if day.weekday() in QUIET_WEEKDAYS:
        return "on Fridays and Saturdays"
    named = next((f"on {name}" for name, of_year in YEARLY.items() if of_year(day.year) == day), "")
    if day in EXTRA:
        return f"on {EXTRA[day] or f'{day.day} {day:%B %Y}'}"
    return named


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
    if not reason:
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
