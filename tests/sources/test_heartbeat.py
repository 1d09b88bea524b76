import threading
import time
from datetime import timedelta

import pytest

from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict
from broadsheet.jobs.leases import Leases
from broadsheet.sources.heartbeat import kept_alive

SHORT = timedelta(seconds=0.3)


def test_a_lease_outlives_its_length_while_its_holder_works(sqlite: Database) -> None:
    leases = Leases(sqlite, SystemClock())
    with leases.held("harvest:tides", SHORT) as lease, kept_alive(leases, lease, SHORT):
        time.sleep(0.6)
        with pytest.raises(Conflict):
            leases.take("harvest:tides", SHORT)
    leases.take("harvest:tides", SHORT)


def test_the_heart_stops_with_the_work(sqlite: Database) -> None:
    leases = Leases(sqlite, SystemClock())
    lease = leases.take("harvest:tides", SHORT)
    with kept_alive(leases, lease, SHORT):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("heartbeat")]


def test_a_lost_lease_stops_the_heart_quietly(sqlite: Database) -> None:
    leases = Leases(sqlite, SystemClock())
    lease = leases.take("harvest:tides", SHORT)
    leases.give_back(lease)
    with kept_alive(leases, lease, SHORT):
        time.sleep(0.2)
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("heartbeat")]
