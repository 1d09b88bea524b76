from datetime import timedelta

import pytest
from sqlalchemy import func, select

from broadsheet.accounts.readers import Readers
from broadsheet.accounts.visits import A_VISIT, Visits
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import reader_visit
from tests.conftest import NOON


@pytest.fixture
def visits(database: Database, clock: FixedClock) -> Visits:
    return Visits(database, clock)


@pytest.fixture
def ada(database: Database, clock: FixedClock) -> int:
    return Readers(database, clock, b"s" * 32).add("ada@quill.example").id


def test_a_visit_lasts_while_pages_follow_each_other(visits: Visits, ada: int, clock: FixedClock) -> None:
    assert visits.since(ada) is None
    for _ in range(4):
        clock.sleep(20 * 60)
        assert visits.since(ada) is None, "this is the first visit still"
    ended = clock.now()
    clock.sleep(A_VISIT.total_seconds())
    assert visits.since(ada) == ended
    clock.sleep(60)
    assert visits.since(ada) == ended, "within a visit the moment stays"
    assert visits.export(ada) == [{"last_at": (ended + A_VISIT).isoformat(), "before_at": ended.isoformat()}]


def test_a_clock_that_was_set_back_harms_nobody(visits: Visits, ada: int, clock: FixedClock) -> None:
    visits.since(ada)
    clock.move_to(NOON - timedelta(days=2))
    assert visits.since(ada) is None


def test_a_visit_goes_with_its_reader(visits: Visits, ada: int, database: Database, clock: FixedClock) -> None:
    visits.since(ada)
    Readers(database, clock, b"s" * 32).delete(ada)
    clock.sleep(3_600)
    assert visits.since(ada) is None
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(reader_visit)).scalar_one() == 0
    assert visits.export(ada) == []
