from datetime import timedelta

import pytest
from sqlalchemy import func, select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import signal
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.papers.thinning import KEPT_WHOLE, Thinning
from tests.conftest import NOON
from tests.invented import record

HOUR = timedelta(hours=1)
OLD = NOON - KEPT_WHOLE - timedelta(days=10)


@pytest.fixture
def series(database: Database, clock: FixedClock) -> SignalLog:
    """Two papers with a reading each hour of three old days, one of which is the highest, and of the last three."""
    ids = Catalogue(database, clock).add([record(1), record(2)]).paper_ids
    log = SignalLog(database, clock)
    for paper_id in ids:
        for start in (OLD, NOON - timedelta(days=3)):
            counts = (50 if hour % 24 == 9 else hour % 24 for hour in range(72))
            log.record(paper_id, [Signal("votes", count, start + hour * HOUR) for hour, count in enumerate(counts)])
    return log


def observed(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(signal)) or 0


def test_of_an_old_day_the_first_and_the_highest_stay_and_the_present_is_left_alone(
    database: Database, clock: FixedClock, series: SignalLog
) -> None:
    before = observed(database)
    gone = Thinning(database, clock).run()
    assert observed(database) == before - gone
    (told, _) = series.of([1, 2]).values()
    days = {OLD.date() + timedelta(days=n) for n in range(4)}
    old = [one for one in told if one.observed_at.date() in days]
    by_day = {day: [one for one in old if one.observed_at.date() == day] for day in days}
    assert all(1 <= len(seen) <= 2 for seen in by_day.values())
    assert old[0].observed_at == OLD
    assert [max(one.value for one in by_day[day]) for day in sorted(days)][:3] == [50, 50, 50]
    assert len(told) == len(old) + 72


def test_a_day_is_thinned_once_and_days_become_due(database: Database, clock: FixedClock, series: SignalLog) -> None:
    thinning = Thinning(database, clock)
    assert thinning.run() > 0
    assert thinning.run() == 0
    clock.sleep((KEPT_WHOLE + timedelta(days=1)).total_seconds())
    assert thinning.run() > 0
    left = observed(database)
    assert Thinning(database, clock).run() == 0
    assert observed(database) == left


def test_of_equals_the_latest_stays_beside_the_first(database: Database, clock: FixedClock) -> None:
    (paper_id,) = Catalogue(database, clock).add([record(1)]).paper_ids
    log = SignalLog(database, clock)
    log.record(paper_id, [Signal("votes", 5, OLD + hour * HOUR) for hour in range(6)])
    Thinning(database, clock).run()
    assert [one.observed_at for one in log.of([paper_id])[paper_id]] == [OLD, OLD + 5 * HOUR]


def test_nothing_to_thin_is_no_work(database: Database, clock: FixedClock) -> None:
    assert Thinning(database, clock).run() == 0


def test_days_are_done_a_month_at_a_time(database: Database, clock: FixedClock, series: SignalLog) -> None:
    thinning = Thinning(database, clock)
    assert all(thinning.run(days=1) > 0 for _ in range(3))
