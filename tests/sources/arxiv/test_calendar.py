from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.sources.arxiv.calendar import (
    LISTED,
    YEARLY,
    ZONE,
    announcement_after,
    announcement_before,
    day_off,
    silence,
)


def eastern(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type, misc]


def evenings_off(year: int) -> list[date]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    return [day for day in days if day.weekday() not in (4, 5) and day_off(day)]


def test_the_evenings_of_listed_years_are_off_as_arxiv_had_them() -> None:
    off_2023 = [(1, 16), (6, 14), (6, 19), (7, 4), (8, 17), (9, 4), (11, 23), (12, 25), (12, 27)]
    assert [(day.month, day.day) for day in evenings_off(2023)] == off_2023
    # Three holidays of 2026 fall on Fridays: made ready on a Friday is what Sunday announces.
    off_2026 = [(1, 1), (1, 19), (6, 21), (7, 5), (9, 7), (11, 26), (12, 27), (12, 29), (12, 31)]
    assert [(day.month, day.day) for day in evenings_off(2026)] == off_2026


def test_of_a_year_that_is_not_listed_the_usual_holidays_are_assumed() -> None:
    # 2027: New Year's Day is a Friday; Juneteenth and Christmas are kept on Fridays, Independence Day on a Monday.
    off = [(1, 3), (1, 18), (6, 20), (7, 5), (9, 6), (11, 25), (12, 26)]
    assert [(day.month, day.day) for day in evenings_off(2027)] == off
    assert day_off(date(2027, 1, 3)) == "on the Sunday after New Year’s Day"
    assert day_off(date(2027, 7, 5)) == "on Independence Day"


def test_every_list_has_the_holidays_that_are_assumed() -> None:
    for year in LISTED:
        for name in ("Martin Luther King Day", "Labor Day", "Thanksgiving"):
            day = YEARLY[name](year)
            assert LISTED[year][day.month, day.day] == name


def test_a_day_off_is_named() -> None:
    assert day_off(date(2026, 11, 26)) == "on Thanksgiving"
    assert day_off(date(2026, 11, 27)) == "on Fridays and Saturdays"
    assert day_off(date(2026, 12, 27)) == "on the Sunday after Christmas"
    assert day_off(date(2026, 12, 29)) == "on 29 December 2026"
    assert day_off(date(2026, 11, 25)) == ""


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        (eastern(2026, 11, 25, 19, 59), eastern(2026, 11, 24, 20), eastern(2026, 11, 25, 20)),
        (eastern(2026, 11, 25, 20), eastern(2026, 11, 25, 20), eastern(2026, 11, 29, 20)),
        (eastern(2026, 11, 28, 12), eastern(2026, 11, 25, 20), eastern(2026, 11, 29, 20)),
        # The clocks go back on 1 November 2026: it stays 20:00 in New York.
        (datetime(2026, 11, 2, 0, 30, tzinfo=UTC), eastern(2026, 10, 29, 20), eastern(2026, 11, 1, 20)),
    ],
)
def test_announcements_are_at_eight_in_new_york(now: datetime, before: datetime, after: datetime) -> None:
    assert announcement_before(now) == before
    assert announcement_after(now) == after


WEDNESDAY, SUNDAY = eastern(2026, 11, 25, 23), eastern(2026, 11, 29, 23)


@pytest.mark.parametrize(
    ("now", "harvested", "news", "words"),
    [
        (eastern(2026, 11, 26, 18), eastern(2026, 11, 26, 17), WEDNESDAY, ""),
        (eastern(2026, 11, 27, 9), eastern(2026, 11, 27, 8), WEDNESDAY, "does not announce on Thanksgiving. The next"),
        (eastern(2026, 11, 28, 9), eastern(2026, 11, 28, 8), WEDNESDAY, "on Fridays and Saturdays. The next"),
        (eastern(2026, 11, 28, 9), eastern(2026, 11, 28, 8), WEDNESDAY, "next announcement is on Sunday 29 November"),
        (eastern(2026, 11, 29, 23), eastern(2026, 11, 29, 23), WEDNESDAY, ""),  # late, and nothing is wrong yet
        (
            eastern(2026, 11, 30, 9),
            eastern(2026, 11, 30, 8),
            WEDNESDAY,
            "a fault: arXiv should have announced on Sunday",
        ),
        (eastern(2026, 11, 30, 9), eastern(2026, 11, 30, 8), SUNDAY, ""),
        (eastern(2026, 11, 30, 9), eastern(2026, 11, 25, 8), WEDNESDAY, ""),  # not asked since: nobody knows
        (eastern(2026, 11, 30, 9), None, None, ""),
        (
            eastern(2026, 11, 27, 9),
            eastern(2026, 11, 27, 8),
            eastern(2026, 11, 27, 8),
            "",
        ),  # something came all the same
        (eastern(2026, 6, 22, 9), eastern(2026, 6, 22, 8), eastern(2026, 6, 18, 23), "on the Sunday after Juneteenth."),
        (eastern(2026, 11, 28, 9), eastern(2026, 11, 28, 8), eastern(2026, 11, 24, 23), "a fault: arXiv should have"),
    ],
)
def test_silence_is_explained_or_called_a_fault(
    now: datetime, harvested: datetime | None, news: datetime | None, words: str
) -> None:
    said = silence(now, harvested, news)
    assert words in said
    assert bool(words) == bool(said)
