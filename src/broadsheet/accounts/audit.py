"""The record of what was done by authority: who hid, restored, barred or approved what, when and why.

Whether somebody may, the deed itself asks. Entries are written in the deed's own transaction: neither is without the
other. They hold numbers and never an address, and outlive what they tell of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from broadsheet.accounts import store
from broadsheet.accounts.reader import Role, reader_may, shown
from broadsheet.database.engine import Database
from broadsheet.errors import Forbidden

Subject = Literal["comment", "paper", "reader", "claim"]
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed: `who` is what others saw of its doer, empty for one who has left."""

    at: datetime
    who: str
    action: str
    subject: Subject
    subject_id: int
    reason: str


def require(connection: Connection, reader_id: int, role: Role) -> None:
    """Raise `Forbidden` unless a reader has this role now; it cannot be lost until the transaction ends."""
    row = store.held_reader(connection, reader_id)
    if row is None or not reader_may(row.role, role):
        raise Forbidden(f"You have lost the role of {role} meanwhile; nothing was changed.", value=role)


def note(
    connection: Connection, now: datetime, actor_id: int, action: str, what: tuple[Subject, int], reason: str
) -> None:
    """Write an entry down, within the transaction of what it tells of."""
    values: Mapping[str, object] = {
        "at": now,
        "actor_id": actor_id,
        "action": action,
        "subject": what[0],
        "subject_id": what[1],
        "reason": reason[:LONGEST_REASON],
    }
    store.add_audit(connection, values)


def newest(database: Database, limit: int) -> list[Entry]:
    """Return the newest entries, the newest first."""
    with database.read() as connection:
        rows = store.audit(connection, limit)
    return [
        Entry(
            row.at,
            shown(row.actor_id, row.name) if row.name is not None else "",
            row.action,
            row.subject,
            row.subject_id,
            row.reason,
        )
        for row in rows
    ]
