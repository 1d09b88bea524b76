"""Who must not be written to, whatever they asked for: addresses that bounced for good or whose owners complained.

Kept by the address's key, so the list names nobody; who put an address on it, or took it off, is kept beside it.
A query that takes deliveries out must contain `allowed`: asking beforehand would race with a bounce.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Column, ColumnElement, Connection, delete, exists, func, insert, select

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import mail_trouble, suppression, suppression_event

# `bounced`: the mailbox is gone; `unreachable`: it failed too often; `operator`: whoever runs the instance said so.
Reason = Literal["bounced", "unreachable", "complained", "operator"]
REASONS: tuple[Reason, ...] = get_args(Reason)
LONGEST_NAME = 64  # of whoever took an address off
_A_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry: the key of an address, why and since when it is not written to."""

    address_key: str
    reason: Reason
    since: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What was once done: `event` is added or lifted, `by` empty where the instance did it by itself."""

    address_key: str
    event: str
    reason: str
    at: datetime
    by: str


class Suppressions:
    """The instance's list, for the operator and for whoever learns of a bounce."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, address_key: str, reason: Reason, *, by: str = "") -> bool:
        """Write to this address no more; a second reason leaves the first standing. Tells whether it is new."""
        with self._database.write() as connection:
            return suppress(connection, address_key, reason, self._clock.now(), by=by)

    def lift(self, address_key: str, *, by: str = "") -> bool:
        """Allow writing to this address again; tells whether it was on the list. Its points are forgotten, too."""
        with self._database.write() as connection:
            entry = _entry(connection, address_key)
            if entry is None:
                return False
            connection.execute(delete(suppression).where(suppression.c.address_key == address_key))
            connection.execute(delete(mail_trouble).where(mail_trouble.c.address_key == address_key))
            _note(connection, address_key, "lifted", entry.reason, self._clock.now(), by)
            return True

    def find(self, address_key: str) -> Suppression | None:
        """Return the entry of an address, None if it may be written to."""
        with self._database.read() as connection:
            return _entry(connection, address_key)

    def all(self) -> Iterator[Suppression]:
        """Yield every entry in the order of keys, a page at a time."""
        last = ""
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    select(suppression)
                    .where(suppression.c.address_key > last)
                    .order_by(suppression.c.address_key)
                    .limit(_A_PAGE)
                ).all()
            yield from (Suppression(row.address_key, row.reason, row.since) for row in rows)
            if len(rows) < _A_PAGE:
                return
            last = rows[-1].address_key

    def counts(self) -> dict[str, int]:
        """Return how many addresses are on the list for each reason."""
        counted = select(suppression.c.reason, func.count().label("number")).group_by(suppression.c.reason)
        with self._database.read() as connection:
            return {row.reason: row.number for row in connection.execute(counted)}

    def decisions(self, limit: int = 50, address_key: str = "") -> list[Decision]:
        """Return what was last done, newest first, to all or to one address."""
        told = suppression_event
        newest = select(told).order_by(told.c.at.desc(), told.c.id.desc()).limit(limit)
        if address_key:
            newest = newest.where(told.c.address_key == address_key)
        with self._database.read() as connection:
            rows = connection.execute(newest).all()
        return [Decision(row.address_key, row.event, row.reason, row.at, row.by) for row in rows]


def suppress(connection: Connection, address_key: str, reason: Reason, since: datetime, *, by: str = "") -> bool:
    """Add an entry within a caller's transaction; tells whether it is new."""
    if is_suppressed(connection, address_key):
        return False
    connection.execute(insert(suppression).values(address_key=address_key, reason=reason, since=since))
    _note(connection, address_key, "added", reason, since, by)
    return True


def allowed(address_key: Column[str]) -> ColumnElement[bool]:
    """Return the condition that the address under the column `address_key` may be written to."""
    return ~exists().where(suppression.c.address_key == address_key)


def is_suppressed(connection: Connection, address_key: str) -> bool:
    """Tell within a caller's transaction whether an address is on the list."""
    return _entry(connection, address_key) is not None


def _entry(connection: Connection, address_key: str) -> Suppression | None:
    row = connection.execute(select(suppression).where(suppression.c.address_key == address_key)).one_or_none()
    return None if row is None else Suppression(row.address_key, row.reason, row.since)


def _note(connection: Connection, address_key: str, event: str, reason: str, at: datetime, by: str) -> None:
    told = {"address_key": address_key, "event": event, "reason": reason, "at": at, "by": by[:LONGEST_NAME]}
    connection.execute(insert(suppression_event).values(**told))
