from datetime import UTC, datetime, timedelta

from broadsheet.papers.records import Signal
from broadsheet.trending.readings import Reading, newest, start_of

START = datetime(2026, 1, 14, tzinfo=UTC)
LATER = START + timedelta(days=30)


def at(*points: tuple[float, float], began: datetime | None = START) -> list[Signal]:
    """Signals at so many hours after the start."""
    return [Signal("hf_upvotes", count, START + timedelta(hours=age), began) for age, count in points]


def test_nothing_read_is_no_reading_and_not_zero() -> None:
    assert newest([], START, 12, LATER) is None
    assert newest(at((5, 9)), START, 12, START + timedelta(hours=4)) is None


def test_a_first_reading_counts_from_birth() -> None:
    reading = newest(at((7, 24)), START, 12, LATER)
    assert reading == Reading(24, 7, 0, 0)
    assert reading.since_birth


def test_between_two_near_readings_the_count_before_is_interpolated() -> None:
    assert newest(at((10, 20), (20, 30), (27, 40)), START, 12, LATER) == Reading(40, 27, 25, 15)


def test_over_a_longer_gap_the_older_reading_counts() -> None:
    assert newest(at((4, 20), (30, 40)), START, 12, LATER) == Reading(40, 30, 20, 4)


def test_where_nothing_is_old_enough_the_birth_counts() -> None:
    assert newest(at((10, 20), (20, 30)), START, 12, LATER) == Reading(30, 20, 0, 0)


def test_a_reading_exactly_one_span_older_counts_as_it_is() -> None:
    assert newest(at((8, 5), (20, 30)), START, 12, LATER) == Reading(30, 20, 5, 8)


def test_counts_never_fall() -> None:
    assert newest(at((8, 12), (14, 3), (20, 9)), START, 12, LATER) == Reading(12, 20, 12, 8)


def test_the_order_of_the_signals_does_not_matter_and_the_future_is_not_known() -> None:
    signals = at((26, 90), (10, 20), (20, 30), (14, 26))
    assert newest(signals, START, 12, START + timedelta(hours=21)) == Reading(30, 20, 0, 0)
    assert newest(list(reversed(signals)), START, 12, LATER) == Reading(90, 26, 26, 14)


def test_a_reading_before_the_start_has_no_negative_age() -> None:
    assert newest(at((-3, 2)), START, 12, LATER) == Reading(2, 0)


def test_the_start_is_what_the_source_tells_else_the_earlier_of_ours() -> None:
    read_first = START + timedelta(hours=2)
    assert start_of(at((2, 1), (5, 3)), LATER) == START
    assert start_of(at((2, 1), began=None), LATER) == read_first
    assert start_of(at((2, 1), began=None), START) == START
