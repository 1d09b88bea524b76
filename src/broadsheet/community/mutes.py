"""Mutes: a reader sees nothing of what another writes; the other is not told, and nobody else sees a difference."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.accounts.reader import Reader, shown
from broadsheet.clock import Clock
from broadsheet.community import report_store, store
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, NotFound

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Mute:
    """One muted reader."""

    reader_id: int
    shown: str
    muted_at: datetime


class Mutes:
    """The mutes of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def mute(self, reader: Reader, other_id: int) -> None:
        """Mute a reader. Raises `NotFound`, `Conflict` for oneself or beyond 1,000."""
        if other_id == reader.id:
            raise Conflict("You cannot mute yourself.")
        with self._database.write() as connection:
            if not store.has_reader(connection, other_id):
                raise NotFound("There is no such reader; the account may be deleted.", value=other_id)
            if len(report_store.muted(connection, reader.id)) >= MOST:
                raise Conflict(f"You have muted {MOST:,} readers already.")
            report_store.add_mute(connection, reader.id, other_id, self._clock.now())

    def unmute(self, reader: Reader, other_id: int) -> None:
        """See a reader again; one who is not muted stays so."""
        with self._database.write() as connection:
            report_store.remove_mute(connection, reader.id, other_id)

    def of(self, reader: Reader) -> list[Mute]:
        """Return whom a reader muted, the newest first."""
        with self._database.read() as connection:
            rows = report_store.muted(connection, reader.id)
        return [Mute(row.muted_id, shown(row.muted_id, row.name), row.muted_at) for row in rows]

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return the mutes of a reader, ready for JSON."""
        with self._database.read() as connection:
            rows = report_store.muted(connection, reader_id)
        return [{"number": row.muted_id, "muted_at": row.muted_at.isoformat()} for row in rows]
