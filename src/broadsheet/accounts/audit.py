"""The record of what was done by authority: who hid, barred, published, corrected or got a role, when and why.

Whether somebody may, the deed itself asks. Entries are written in the deed's own transaction: neither is without the
other. They hold numbers and never an address, and outlive what they tell of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from sqlalchemy import Connection

from broadsheet.accounts import store
from broadsheet.accounts.reader import Role, reader_may, shown
from broadsheet.database.engine import Database
from broadsheet.errors import Forbidden
from broadsheet.papers import clean

Subject = Literal["comment", "paper", "reader", "claim", "edition"]
LONGEST_REASON = 500
# Doers that are no readers, whose numbers begin at 1.
OPERATOR = 0  # whoever sits at the machine, by the command line
SCHEDULE = -1  # nobody: it was due
_NOBODYS: Mapping[int, str] = MappingProxyType({OPERATOR: "The operator", SCHEDULE: "The schedule"})
_DID: Mapping[str, str] = MappingProxyType(
    {
        "hide": "hid",
        "restore": "restored",
        "dismiss": "let stand",
        "ban": "barred",
        "unban": "let in again",
        "verified": "confirmed an author of",
        "refused": "refused an author of",
        "role": "changed the role of",
        "approve": "approved",
        "withdraw": "withdrew the approval of",
        "publish": "published",
        "correct": "corrected",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed: `who` is what others saw of its doer, empty for one who has left.

    The number of an edition is 0 as long as it is not out; its name stands in the reason.
    """

    at: datetime
    who: str
    action: str
    subject: Subject
    subject_id: int
    reason: str

    @property
    def words(self) -> str:
        """What was done, to follow the doer's name: "hid comment 12", "published the page of 2026-01-15"."""
        did = _DID.get(self.action, self.action)
        if self.subject == "edition":
            return f"{did} the page of {self.reason}"
        noun = "paper" if self.subject == "claim" else self.subject
        return f"{did} {noun} {self.subject_id}" + (f": {self.reason}" if self.reason else "")


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
        "reason": clean.text(reason)[:LONGEST_REASON],
    }
    store.add_audit(connection, values)


def newest(database: Database, limit: int) -> list[Entry]:
    """Return the newest entries, the newest first."""
    with database.read() as connection:
        rows = store.audit(connection, limit)
    return [
        Entry(
            row.at,
            _doer(row.actor_id, row.name),
            row.action,
            row.subject,
            row.subject_id,
            row.reason,
        )
        for row in rows
    ]


def _doer(actor_id: int, name: str | None) -> str:
    """Return what others see of a doer, whose `name` is None where no reader has the number."""
    if actor_id in _NOBODYS:
        return _NOBODYS[actor_id]
    return "" if name is None else shown(actor_id, name)
