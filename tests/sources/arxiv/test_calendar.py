from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.sources.arxiv.calendar import (
    ZONE,
    announcement_after,
    announcement_before,
    day_off,
    silence,
)


def eastern(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type, misc]


# As arXiv listed its days off for 2023, and what was still ahead of 2026 in August of that year.
LISTED = [
    *((2023, month, day) for month, day in ((1, 16), (6, 14), (6, 19), (7, 4), (9, 4), (11, 23), (12, 25), (12, 27))),
    *((2026, month, day) for month, day in ((9, 7), (11, 26), (12, 25), (12, 29), (12, 31))),
]


@pytest.mark.parametrize("day", LISTED)
def test_the_days_off_that_arxiv_listed_are_known(day: tuple[int, int, int]) -> None:
    assert day_off(date(*day)) != ""


def test_no_other_evening_of_2023_is_off_but_fridays_and_saturdays() -> None:
    year = (date(2023, 1, 1) + timedelta(days=n) for n in range(365))
    off = [day for day in year if day.weekday() not in (4, 5) and day_off(day)]
    assert off == [date(*day) for day in LISTED if day[0] == 2023]


def test_a_day_off_is_named() -> None:
    assert day_off(date(2026, 11, 26)) == "on Thanksgiving"
    assert day_off(date(2026, 11, 27)) == "on Fridays and Saturdays"
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
        (eastern(2026, 11, 28, 9), eastern(2026, 11, 28, 8), eastern(2026, 11, 24, 23), "a fault: arXiv should have"),
    ],
)
def test_silence_is_explained_or_called_a_fault(
    now: datetime, harvested: datetime | None, news: datetime | None, words: str
) -> None:
    said = silence(now, harvested, news)
    assert words in said
    assert bool(words) == bool(said)
