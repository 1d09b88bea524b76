"""Who may write: one on a machine by a file's lock, and one among processes that share a database by a lease.

The system gives a file's lock back when its holder is killed; a lease has to run out. So whoever has the lock waits
for the lease of one that was killed, and whoever lacks it does not.
"""

from __future__ import annotations

import fcntl
import hashlib
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from broadsheet.clock import Clock
from broadsheet.errors import Conflict
from broadsheet.jobs.leases import Lease, Leases

LEASE: Final = timedelta(seconds=6)
_TRY_SECONDS: Final = 0.2


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the lock of `path` during the block; yields whether it was free."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


class WritersTurn:
    """The right to write to one index directory."""

    def __init__(self, directory: Path, leases: Leases, clock: Clock) -> None:
        self._directory, self._leases, self._clock = directory, leases, clock

    @contextmanager
    def taken(self) -> Iterator[Lease | None]:
        """Hold the right during the block; yields None while another process on this machine has it."""
        with locked(self._directory / "writer.lock") as free:
            lease = self._lease() if free else None
            if lease is None:
                yield None
                return
            try:
                yield lease
            finally:
                self._leases.give_back(lease)

    def extended(self, lease: Lease) -> Lease:
        """Return the lease, prolonged where half of it is over; raises `Conflict` once another has taken it."""
        if lease.expires_at - self._clock.now() > LEASE / 2:
            return lease
        return self._leases.extend(lease, LEASE)

    def _lease(self) -> Lease | None:
        """Take the lease; of a writer that was killed it still has to run out, as nobody else holds the file's lock."""
        place = f"{platform.node()}:{self._directory.resolve()}"
        name = f"index {hashlib.sha256(place.encode('utf-8', 'replace')).hexdigest()[:12]}"
        until: datetime = self._clock.now() + LEASE + timedelta(seconds=1)
        while True:
            try:
                return self._leases.take(name, LEASE)
            except Conflict:
                if self._clock.now() >= until:
                    return None
                self._clock.sleep(_TRY_SECONDS)
