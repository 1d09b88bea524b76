"""The rows of `harvest`: where each source stands; private to this package."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from broadsheet.database.engine import Database
from broadsheet.database.schema import harvest, lease, source_record
from broadsheet.sources.connector import Cursor


@dataclass(frozen=True, slots=True)
class HarvestRow:
    """One source's row, as kept; `cursor` is None before the first batch."""

    source: str
    cursor: Cursor | None
    started_at: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str
    next_due_at: datetime | None
    added: int
    changed: int
    unchanged: int
    rejected: int
    running: bool


@dataclass(slots=True)
class Counts:
    """What one run has brought so far."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0


def begin(database: Database, source: str, now: datetime) -> Cursor | None:
    """Mark a run as begun, with counts at zero, and return the cursor that it goes on from."""
    with database.write() as connection:
        found = connection.execute(select(harvest.c.cursor).where(harvest.c.source == source)).scalar_one_or_none()
        fresh: dict[str, Any] = {"started_at": now, "running": True, **_counts(Counts())}
        if found is None:
            connection.execute(insert(harvest).values(source=source, cursor="", error="", **fresh))
        else:
            _update(connection, source, fresh)
    cursor: Cursor | None = json.loads(found) if found else None
    return cursor


def advance(database: Database, source: str, cursor: Cursor, counts: Counts) -> None:
    """Keep `cursor`: only after the records before it are committed."""
    with database.write() as connection:
        _update(connection, source, {"cursor": json.dumps(cursor), **_counts(counts)})


def succeed(database: Database, source: str, now: datetime, next_due_at: datetime) -> None:
    """Mark a run as complete."""
    with database.write() as connection:
        _update(connection, source, {"succeeded_at": now, "error": "", "next_due_at": next_due_at, "running": False})


def fail(database: Database, source: str, now: datetime, next_due_at: datetime, error: str) -> None:
    """Mark a run as failed, with the reason as a clause; cursor and counts stay."""
    with database.write() as connection:
        _update(connection, source, {"failed_at": now, "error": error, "next_due_at": next_due_at, "running": False})


def rows(database: Database) -> dict[str, HarvestRow]:
    """Return every row by source."""
    with database.read() as connection:
        found = connection.execute(select(harvest)).mappings().all()
    return {
        row["source"]: HarvestRow(**{**row, "cursor": json.loads(row["cursor"]) if row["cursor"] else None})
        for row in found
    }


def held_until(database: Database, names: list[str]) -> dict[str, datetime]:
    """Return until when each of the leases `names` is held; a killed run still says `running` in its row."""
    with database.read() as connection:
        found = connection.execute(select(lease.c.name, lease.c.expires_at).where(lease.c.name.in_(names)))
        return {str(name): expires_at for name, expires_at in found}


def paper_counts(database: Database) -> dict[str, int]:
    """Return how many papers each source told of."""
    with database.read() as connection:
        found = connection.execute(select(source_record.c.source, func.count()).group_by(source_record.c.source))
        return {str(source): int(count) for source, count in found}


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "added": counts.added,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
    }


def _update(connection: Connection, source: str, values: dict[str, Any]) -> None:
    connection.execute(update(harvest).where(harvest.c.source == source).values(values))
