import time
from datetime import UTC, datetime, timedelta, timezone

from broadsheet.clock import FixedClock, SystemClock

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_the_system_clock_tells_utc() -> None:
    before, told, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= told <= after
    assert told.utcoffset() == timedelta(0)


def test_the_system_clock_really_waits() -> None:
    started = time.monotonic()
    SystemClock().sleep(0.02)
    assert time.monotonic() - started >= 0.02


def test_a_fixed_clock_stands_still() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON


def test_a_fixed_clock_tells_utc_whatever_it_was_given() -> None:
    clock = FixedClock(datetime(2026, 1, 15, 21, tzinfo=timezone(timedelta(hours=9))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_waiting_moves_a_fixed_clock_at_once() -> None:
    clock, started = FixedClock(NOON), time.monotonic()
    clock.sleep(3600)
    assert clock.now() == NOON + timedelta(hours=1)
    assert time.monotonic() - started < 60


def test_a_fixed_clock_can_be_set_back_and_forth() -> None:
    clock = FixedClock(NOON)
    clock.move_to(NOON + timedelta(days=2))
    assert clock.now() == NOON + timedelta(days=2)
    clock.move_to(datetime(2026, 1, 14, 13, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == NOON - timedelta(days=1)
    assert clock.now().tzinfo is UTC
