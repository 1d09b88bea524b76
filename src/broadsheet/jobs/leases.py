"""Leases: one holder at a time for a named piece of work, across threads, processes and hosts.

What the work is, and that it may be repeated, is the caller's promise.
A lease runs out by itself, so a killed holder delays the next one by its length and never blocks it for good.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import lease as lease_table
from broadsheet.errors import Conflict


@dataclass(frozen=True, slots=True)
class Lease:
    """Held until `expires_at`, unless `Leases.extend` prolongs it."""

    name: str
    holder: str
    expires_at: datetime


class Leases:
    """Takes, extends and gives back leases in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(self, name: str, length: timedelta) -> Lease:
        """Take the lease `name` for `length`; raises `Conflict` while somebody else holds it."""
        now = self._clock.now()
        fresh = Lease(name, f"{os.getpid()}-{secrets.token_hex(6)}", now + length)
        held = {"holder": fresh.holder, "expires_at": fresh.expires_at}
        try:
            with self._database.write() as connection:
                # One statement looks and takes: of two who find the lease run out, the row's lock lets one through.
                taken = connection.execute(
                    update(lease_table).where(lease_table.c.name == name, lease_table.c.expires_at <= now).values(held)
                ).rowcount
                if not taken:
                    connection.execute(insert(lease_table).values(name=name, **held))
        except IntegrityError as error:
            raise Conflict(
                f"{name} is already being worked on by another process; it goes on there.", value=name
            ) from error
        return fresh

    def extend(self, lease: Lease, length: timedelta) -> Lease:
        """Hold on to `lease` for `length` from now; raises `Conflict` if it ran out and somebody else took it."""
        expires_at = self._clock.now() + length
        with self._database.write() as connection:
            held = connection.execute(
                update(lease_table)
                .where(lease_table.c.name == lease.name, lease_table.c.holder == lease.holder)
                .values(expires_at=expires_at)
            ).rowcount
        if not held:
            raise Conflict(
                f"The lease {lease.name} ran out and was taken by another process; stop this one.", value=lease.name
            )
        return Lease(lease.name, lease.holder, expires_at)

    def give_back(self, lease: Lease) -> None:
        """Let the next one have it at once; giving back what was lost already is no error."""
        with self._database.write() as connection:
            connection.execute(
                delete(lease_table).where(lease_table.c.name == lease.name, lease_table.c.holder == lease.holder)
            )

    @contextmanager
    def held(self, name: str, length: timedelta) -> Iterator[Lease]:
        """Hold `name` during the block; raises `Conflict` before it if somebody else does."""
        lease = self.take(name, length)
        try:
            yield lease
        finally:
            self.give_back(lease)
