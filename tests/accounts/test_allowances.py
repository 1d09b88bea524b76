import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import allowance
from broadsheet.errors import TooMany

TWICE = Limit("twice", "knocks a minute", 2, timedelta(minutes=1))
THRICE = Limit("thrice", "knocks a minute", 3, timedelta(minutes=1))


@pytest.fixture
def allowances(database: Database, clock: FixedClock) -> Allowances:
    return Allowances(database, clock, b"secret")


def test_a_window_begins_with_the_first_time(allowances: Allowances, clock: FixedClock) -> None:
    allowances.take([(TWICE, "ada")])
    clock.sleep(50)
    allowances.take([(TWICE, "ada")])
    with pytest.raises(TooMany, match="more than 2 knocks a minute") as told:
        allowances.take([(TWICE, "ada")])
    assert told.value.retry_after == 10
    clock.sleep(10)
    allowances.take([(TWICE, "ada")])


def test_everyone_has_an_allowance_of_their_own(allowances: Allowances) -> None:
    for whom in ("ada", "bee", "\ud800"):
        allowances.take([(TWICE, whom), (THRICE, whom)])


def test_what_is_refused_is_not_counted(allowances: Allowances) -> None:
    for _ in range(2):
        allowances.take([(THRICE, "ada"), (TWICE, "ada")])
    for _ in range(3):
        with pytest.raises(TooMany):
            allowances.take([(THRICE, "ada"), (TWICE, "ada")])
    allowances.take([(THRICE, "ada")])


def test_of_many_at_once_no_more_pass_than_may(allowances: Allowances) -> None:
    passed, start = [], threading.Barrier(6)

    def knock() -> None:
        start.wait()
        try:
            allowances.take([(TWICE, "ada")])
        except TooMany:
            return
        passed.append(1)

    threads = [threading.Thread(target=knock) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 2


def test_who_asked_is_not_kept_and_soon_forgotten(
    allowances: Allowances, database: Database, clock: FixedClock
) -> None:
    allowances.take([(TWICE, "192.0.2.7")])
    with database.read() as connection:
        assert "192.0.2.7" not in str(connection.execute(select(allowance)).all())
    assert allowances.forget_old() == 0
    clock.sleep(86_401)
    assert allowances.forget_old() == 1
