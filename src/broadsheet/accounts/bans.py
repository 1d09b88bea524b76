"""Bars readers from an instance: sessions and tokens end at once, and no new ones begin until the bar is lifted.

What they said is `community`'s matter. A ban holds for the address, under its keyed hash, so that deleting the account
and coming back does not end it.
"""

from dataclasses import dataclass
from datetime import datetime

from broadsheet.accounts import audit, store
from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Forbidden, NotFound
from broadsheet.papers import clean


@dataclass(frozen=True, slots=True)
class Ban:
    """One barred reader; `shown` is empty for one who has left."""

    reader_id: int
    shown: str
    banned_at: datetime
    reason: str


class Bans:
    """The bans of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ban(self, actor: Reader, reader_id: int, reason: str) -> None:
        """Bar a reader; a second time changes nothing.

        Raises `Forbidden` unless `actor` is an admin now, `NotFound`, and `Conflict` for an admin.
        """
        now, said = self._clock.now(), clean.text(reason)[: audit.LONGEST_REASON]
        with self._database.write() as connection:
            audit.require(connection, actor.id, "admin")
            row = store.reader_by_id(connection, reader_id)
            if row is None:
                raise NotFound("There is no such reader.", value=reader_id)
            if row.role == "admin":
                raise Conflict("An admin cannot be barred. Take the role away first: `broadsheet readers role`.")
            values = {"address_key": row.address_key, "reader_id": reader_id, "banned_at": now, "reason": said}
            if store.add_ban(connection, values):
                store.end_sessions(connection, reader_id)
                store.delete_tokens(connection, reader_id)
                audit.note(connection, now, actor.id, "ban", ("reader", reader_id), said)

    def lift(self, actor: Reader, reader_id: int) -> None:
        """Let a reader in again. Raises `Forbidden`, and `NotFound` for one who is not barred."""
        with self._database.write() as connection:
            audit.require(connection, actor.id, "admin")
            if not store.delete_ban(connection, reader_id):
                raise NotFound("This reader is not barred.", value=reader_id)
            audit.note(connection, self._clock.now(), actor.id, "unban", ("reader", reader_id), "")

    def all(self) -> list[Ban]:
        """Return every ban, the newest first."""
        with self._database.read() as connection:
            rows = store.bans(connection)
        return [Ban(row.reader_id, row.name or f"Reader {row.reader_id}", row.banned_at, row.reason) for row in rows]


def barred() -> Forbidden:
    """Return what a barred reader is told who proves to be one."""
    return Forbidden("This account is barred. Write to whoever runs this instance if you think that is wrong.")
