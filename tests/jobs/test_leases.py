import contextlib
import threading
from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict
from broadsheet.jobs.leases import Leases

MINUTE = timedelta(minutes=1)


@pytest.fixture
def leases(database: Database, clock: FixedClock) -> Leases:
    return Leases(database, clock)


def test_one_holder_at_a_time(leases: Leases) -> None:
    with leases.held("index", MINUTE):
        with pytest.raises(Conflict, match="already being worked on"):
            leases.take("index", MINUTE)
        leases.take("digests", MINUTE)
    leases.take("index", MINUTE)


def test_a_lease_runs_out_by_itself(leases: Leases, clock: FixedClock) -> None:
    lost = leases.take("index", MINUTE)
    clock.sleep(61)
    taken = leases.take("index", MINUTE)
    with pytest.raises(Conflict, match="ran out"):
        leases.extend(lost, MINUTE)
    leases.give_back(lost)
    with pytest.raises(Conflict):
        leases.take("index", MINUTE)
    assert leases.extend(taken, MINUTE).holder == taken.holder


def test_of_many_who_ask_at_once_one_gets_it(leases: Leases) -> None:
    taken, start = [], threading.Barrier(8)

    def ask() -> None:
        start.wait()
        with contextlib.suppress(Conflict):
            taken.append(leases.take("harvest", MINUTE))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1
