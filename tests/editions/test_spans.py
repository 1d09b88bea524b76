from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.editions.spans import PERIODS, YEARS, Span, moment, read, read_time, span_of
from broadsheet.errors import Invalid, NotFound

DAYS = st.dates(date(YEARS[0], 2, 1), date(YEARS[-1], 11, 30))


@given(day=DAYS, period=st.sampled_from(PERIODS))
def test_a_span_has_its_day_its_name_and_its_neighbours(day: date, period: str) -> None:
    span = span_of(period, day)
    assert span.start <= day <= span.last
    assert read(span.name) == span
    assert span.after.before == span
    assert span.before.after == span
    assert span.before.last + timedelta(days=1) == span.start
    assert span_of(period, span.last) == span


@pytest.mark.parametrize(
    ("name", "words", "title", "last", "out"),
    [
        ("2026-01-15", "15 Jan 2026", "Thursday 15 January 2026", "2026-01-15", "2026-01-15"),
        ("2026-W03", "week 3 of 2026", "Week 3 of 2026", "2026-01-18", "2026-01-19"),
        ("2026-W01", "week 1 of 2026", "Week 1 of 2026", "2026-01-04", "2026-01-05"),  # starts in 2025
        ("2026-02", "February 2026", "February 2026", "2026-02-28", "2026-03-01"),
        ("2024-02", "February 2024", "February 2024", "2024-02-29", "2024-03-01"),
        ("2025-12", "December 2025", "December 2025", "2025-12-31", "2026-01-01"),
    ],
)
def test_names_and_words(name: str, words: str, title: str, last: str, out: str) -> None:
    span = read(name)
    assert (span.words, span.title, span.last.isoformat(), span.comes_out_on.isoformat()) == (words, title, last, out)


def test_other_ways_to_write_a_name_mean_the_same() -> None:
    assert read("20260115") == Span("day", date(2026, 1, 15))
    assert read("2026W03").name == read("2026-w03").name == "2026-W03"


@pytest.mark.parametrize(
    "name", ["", "yesterday", "2026-02-30", "2026-W54", "2026-13", "0001-01-01", "9999-12-31", "٢"]
)
def test_what_is_no_date_is_told_with_the_right_form(name: str) -> None:
    with pytest.raises(NotFound, match="2026-W03"):
        read(name)


def test_an_unknown_period_is_told() -> None:
    with pytest.raises(Invalid, match="none by year"):
        span_of("year", date(2026, 1, 1))


def test_times_of_day() -> None:
    assert (read_time(""), read_time(" 7:05 "), read_time("23:59")) == (None, time(7, 5), time(23, 59))
    for wrong in ("24:00", "7", "07:60", "noon", "07:00:00", "-1:00"):
        with pytest.raises(Invalid, match="is no time of day") as told:
            read_time(wrong)
        assert told.value.field == "goes_out"


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", date(2026, 1, 15), time(7), datetime(2026, 1, 15, 6, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 7, 15), time(7), datetime(2026, 7, 15, 5, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped: 03:30
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first
        ("America/Santiago", date(2026, 9, 6), time(0), datetime(2026, 9, 6, 4, tzinfo=UTC)),  # no midnight that day
        ("Asia/Kathmandu", date(2026, 1, 15), time(7), datetime(2026, 1, 15, 1, 15, tzinfo=UTC)),
    ],
)
def test_a_time_of_day_is_one_moment_in_its_zone(zone: str, day: date, at: time, expected: datetime) -> None:
    assert moment(day, at, ZoneInfo(zone)) == expected
