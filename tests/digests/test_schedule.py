from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from broadsheet.digests.schedule import LATEST, due_at, newest_due, span, wanted

THURSDAY = date(2026, 1, 15)


@dataclass(frozen=True)
class Head:
    day: date
    published_at: datetime | None


def head(day: date = THURSDAY, hour: int = 6) -> Head:
    return Head(day, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "expected"),
    [("daily", "1111111"), ("weekdays", "1111100"), ("weekly", "1000000")],
)
def test_rhythms(days: str, expected: str) -> None:
    monday = date(2026, 1, 12)
    assert "".join(str(int(wanted(days, monday + timedelta(days=n)))) for n in range(7)) == expected


@pytest.mark.parametrize(
    ("zone", "hour", "due"),
    [
        ("UTC", 7, "2026-01-15T07:00"),
        ("UTC", 5, "2026-01-15T06:00"),  # not before it is published
        ("America/Los_Angeles", 7, "2026-01-15T15:00"),
        ("America/Los_Angeles", 23, "2026-01-16T07:00"),
        ("Asia/Tokyo", 7, "2026-01-15T06:00"),  # seven in Tokyo was before publication
    ],
)
def test_a_digest_is_due_at_the_readers_hour(zone: str, hour: int, due: str) -> None:
    assert due_at(head(), ZoneInfo(zone), hour) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_an_open_edition_is_never_due() -> None:
    assert due_at(Head(THURSDAY, None), ZoneInfo("UTC"), 0) is None


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [
        (date(2026, 3, 29), 2, "2026-03-29T01:00"),  # 02:00 does not exist in Vienna on that day
        (date(2026, 10, 25), 2, "2026-10-25T00:00"),  # 02:00 comes twice; the first one counts
        (date(2026, 7, 1), 7, "2026-07-01T05:00"),
    ],
)
def test_the_clock_change_costs_no_digest(day: date, hour: int, due: str) -> None:
    published = Head(day, datetime(day.year, day.month, day.day, tzinfo=UTC))
    assert due_at(published, ZoneInfo("Europe/Vienna"), hour) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_only_the_newest_due_edition_counts_and_not_for_ever() -> None:
    heads = [head(THURSDAY - timedelta(days=n)) for n in range(3)]
    utc = ZoneInfo("UTC")
    seven = datetime(2026, 1, 15, 7, tzinfo=UTC)
    assert newest_due(heads, utc, 7, "daily", seven) == heads[0]
    assert newest_due(heads, utc, 7, "daily", seven - timedelta(seconds=1)) == heads[1]
    assert newest_due(heads, utc, 7, "daily", seven + LATEST - timedelta(seconds=1)) == heads[0]
    assert newest_due(heads, utc, 7, "daily", seven + LATEST) is None
    assert newest_due([], utc, 7, "daily", seven) is None


@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Asia/Tokyo", "UTC", "America/Los_Angeles", "Pacific/Pago_Pago"]
)
@pytest.mark.parametrize("hour", [0, 7, 23])
def test_in_every_zone_each_edition_is_due_exactly_once(zone: str, hour: int) -> None:
    heads = [head(THURSDAY + timedelta(days=n)) for n in range(6)]
    seen: list[date] = []
    moment = datetime(2026, 1, 15, tzinfo=UTC)
    while moment < datetime(2026, 1, 21, 12, tzinfo=UTC):
        out = [one for one in heads if one.published_at and one.published_at <= moment]
        found = newest_due(out, ZoneInfo(zone), hour, "daily", moment)
        if found and (not seen or seen[-1] != found.day):
            seen.append(found.day)
        moment += timedelta(minutes=30)
    assert seen == [one.day for one in heads]


def test_monthly_means_the_first() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]
    assert [day for day in days if wanted("monthly", day)] == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def test_each_rhythm_spans_its_editions() -> None:
    assert [span(days) for days in ("daily", "weekdays", "weekly", "monthly")] == [1, 1, 7, 31]


def test_a_week_ends_on_the_weekday_that_was_chosen() -> None:
    days = [date(2026, 1, 12) + timedelta(days=n) for n in range(14)]
    for weekday in range(7):
        chosen = [day for day in days if wanted("weekly", day, weekday)]
        assert [day.weekday() for day in chosen] == [weekday] * 2
    assert [day for day in days if wanted("weekly", day)] == [days[0], days[7]]
