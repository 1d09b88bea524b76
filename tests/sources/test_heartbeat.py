import threading
from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict
from broadsheet.jobs.leases import Lease, Leases
from broadsheet.sources.heartbeat import kept_alive

LENGTH = timedelta(seconds=0.03)


class Heard(Leases):
    """Leases by a clock that a test moves, which tell when one was prolonged."""

    _beat = threading.Event()

    def extend(self, lease: Lease, length: timedelta) -> Lease:
        longer = super().extend(lease, length)
        self._beat.set()
        return longer

    def await_a_beat(self) -> None:
        """Return once a beat has ended that began after this was called."""
        for _ in range(2):
            self._beat.clear()
            assert self._beat.wait(60)


def hearts() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("heartbeat")]


def test_a_lease_outlives_its_length_while_its_holder_works(sqlite: Database, clock: FixedClock) -> None:
    leases = Heard(sqlite, clock)
    with leases.held("harvest:tides", LENGTH) as lease, kept_alive(leases, lease, LENGTH):
        for _ in range(2):
            clock.sleep(0.6 * LENGTH.total_seconds())
            leases.await_a_beat()
        with pytest.raises(Conflict):
            leases.take("harvest:tides", LENGTH)
    leases.take("harvest:tides", LENGTH)


def test_the_heart_stops_with_the_work(sqlite: Database, clock: FixedClock) -> None:
    leases = Leases(sqlite, clock)
    lease = leases.take("harvest:tides", LENGTH)
    with kept_alive(leases, lease, LENGTH):
        assert len(hearts()) == 1
    assert hearts() == []


def test_a_lost_lease_stops_the_heart_quietly(sqlite: Database, clock: FixedClock) -> None:
    leases = Leases(sqlite, clock)
    lease = leases.take("harvest:tides", LENGTH)
    leases.give_back(lease)
    with kept_alive(leases, lease, LENGTH):
        for heart in hearts():
            heart.join(60)
        assert hearts() == []
