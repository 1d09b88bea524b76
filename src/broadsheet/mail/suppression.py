"""Who must not be written to, whatever they asked for: addresses that bounced for good or whose owners complained.

Kept by the address's key, so the list names nobody.
A query that takes deliveries out must contain `allowed`: asking beforehand would race with a bounce.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Column, ColumnElement, Connection, delete, exists, insert, select

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import suppression

Reason = Literal["bounced", "complained", "operator"]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry: the key of an address, why and since when it is not written to."""

    address_key: str
    reason: str
    since: datetime


class Suppressions:
    """The instance's list, for the operator and for whoever learns of a bounce."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, address_key: str, reason: Reason) -> None:
        """Write to this address no more; a second reason leaves the first standing."""
        with self._database.write() as connection:
            suppress(connection, address_key, reason, self._clock.now())

    def lift(self, address_key: str) -> bool:
        """Allow writing to this address again; tells whether it was on the list."""
        with self._database.write() as connection:
            statement = delete(suppression).where(suppression.c.address_key == address_key)
            return connection.execute(statement).rowcount > 0

    def find(self, address_key: str) -> Suppression | None:
        """Return the entry of an address, None if it may be written to."""
        with self._database.read() as connection:
            row = connection.execute(select(suppression).where(suppression.c.address_key == address_key)).one_or_none()
        return None if row is None else Suppression(row.address_key, row.reason, row.since)


def suppress(connection: Connection, address_key: str, reason: Reason, since: datetime) -> None:
    """Add an entry within a caller's transaction."""
    if not is_suppressed(connection, address_key):
        connection.execute(insert(suppression).values(address_key=address_key, reason=reason, since=since))


def allowed(address_key: Column[str]) -> ColumnElement[bool]:
    """Return the condition that the address under the column `address_key` may be written to."""
    return ~exists().where(suppression.c.address_key == address_key)


def is_suppressed(connection: Connection, address_key: str) -> bool:
    """Tell within a caller's transaction whether an address is on the list."""
    listed = select(suppression.c.address_key).where(suppression.c.address_key == address_key)
    return connection.execute(listed).one_or_none() is not None
