"""When a digest is due: the reader's hour, in the reader's zone, on the day of a published edition.

That nobody gets one edition twice is the store's unique key, not a matter of time.
Only the newest due edition counts: after an outage a reader gets one mail and not one for each day.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

LATEST = timedelta(hours=24)  # a digest that could not go out for so long is not sent any more
MONDAY, SATURDAY = 0, 5
DAY, WEEK, MONTH = 1, 7, 31
SPANS = (DAY, WEEK, MONTH)


class Head(Protocol):
    """What must be known of an edition; `published_at` is None for the open one."""

    @property
    def day(self) -> date: ...  # noqa: D102
    @property
    def published_at(self) -> datetime | None: ...  # noqa: D102


AnyHead = TypeVar("AnyHead", bound=Head)


def wanted(days: str, day: date, weekday: int = MONDAY) -> bool:
    """Tell whether a rhythm includes the edition of `day`; weekly means one weekday, monthly the first of the month."""
    match days:
        case "weekdays":
            return day.weekday() < SATURDAY
        case "weekly":
            return day.weekday() == weekday
        case "monthly":
            return day.day == 1
    return True


def span(days: str) -> int:
    """Return how many days of editions a digest of a rhythm is chosen from."""
    return {"weekly": WEEK, "monthly": MONTH}.get(days, DAY)


def due_at(head: Head, zone: ZoneInfo, hour: int) -> datetime | None:
    """Return when a digest of this edition is due in `zone`, None while it is not published.

    An hour that the zone leaves out in spring counts as the one after it, one that comes twice in autumn as the first.
    """
    if head.published_at is None:
        return None
    local = datetime.combine(head.day, time(hour), tzinfo=zone).astimezone(UTC)
    return max(local, head.published_at)


def newest_due(
    heads: Iterable[AnyHead], zone: ZoneInfo, hour: int, days: str, now: datetime, weekday: int = MONDAY
) -> AnyHead | None:
    """Return the newest edition whose digest is due now and not too late, None where there is none."""
    due = [
        head
        for head in heads
        if wanted(days, head.day, weekday)
        and (moment := due_at(head, zone, hour)) is not None
        and moment <= now < moment + LATEST
    ]
    return max(due, key=lambda head: head.day, default=None)
