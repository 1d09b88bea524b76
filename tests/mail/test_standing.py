from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail.standing import FORGOTTEN, HALF_LIFE, MOST, faded, forget_faded, hold_against, points_of
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.verdicts import Verdict

DAY = timedelta(days=1).total_seconds()


def fail(database: Database, clock: FixedClock, verdict: Verdict, key: str = "k1") -> bool:
    with database.write() as connection:
        return hold_against(connection, key, verdict, clock.now())


def points(database: Database, clock: FixedClock, key: str = "k1") -> float:
    with database.read() as connection:
        return points_of(connection, key, clock.now())


def test_a_mailbox_that_is_gone_is_written_to_no_more_at_once(database: Database, clock: FixedClock) -> None:
    assert fail(database, clock, Verdict.GONE)
    assert not fail(database, clock, Verdict.GONE)
    found = Suppressions(database, clock).find("k1")
    assert found is not None
    assert found.reason == "bounced"


def test_what_says_nothing_of_the_mailbox_never_counts(database: Database, clock: FixedClock) -> None:
    for _ in range(50):
        assert not fail(database, clock, Verdict.BLOCKED)
        clock.sleep(DAY)
    assert points(database, clock) == 0


def test_a_mailbox_that_stays_full_is_out_of_reach_on_the_sixth_day(database: Database, clock: FixedClock) -> None:
    for day in range(1, 6):
        assert not fail(database, clock, Verdict.WEAK), day
        assert not fail(database, clock, Verdict.WEAK), "one point a day"
        clock.sleep(DAY)
    assert 4.5 < points(database, clock) < MOST
    assert fail(database, clock, Verdict.WEAK)
    found = Suppressions(database, clock).find("k1")
    assert found is not None
    assert found.reason == "unreachable"
    assert Suppressions(database, clock).lift("k1", by="Reader 1")
    assert points(database, clock) == 0


def test_points_fade_by_half_in_a_month(database: Database, clock: FixedClock) -> None:
    fail(database, clock, Verdict.WEAK)
    clock.sleep(HALF_LIFE.total_seconds())
    assert points(database, clock) == pytest.approx(0.5)
    fail(database, clock, Verdict.WEAK)
    assert points(database, clock) == pytest.approx(1.5)
    assert points(database, clock, "k2") == 0


def test_a_mailbox_that_fails_once_a_month_is_never_given_up(database: Database, clock: FixedClock) -> None:
    for _ in range(60):
        assert not fail(database, clock, Verdict.WEAK)
        clock.sleep(HALF_LIFE.total_seconds())


def test_a_clock_that_goes_back_makes_no_points(clock: FixedClock) -> None:
    assert faded(2.0, clock.now() + timedelta(hours=1), clock.now()) == 2.0


def test_what_has_faded_is_forgotten(database: Database, clock: FixedClock) -> None:
    fail(database, clock, Verdict.WEAK)
    clock.sleep(FORGOTTEN.total_seconds() + 1)
    with database.write() as connection:
        assert forget_faded(connection, clock.now()) == 1
    assert points(database, clock) == 0
