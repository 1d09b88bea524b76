"""The rows of `harvest` and `backfill`: where each source and each range of its past stand; private to this package."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, select, update

from broadsheet.database.engine import Database
from broadsheet.database.schema import backfill, harvest, lease, source_record
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
    withdrawn: int
    running: bool
    news_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BackfillRow:
    """One range's row, as kept; `ended_at` is None until every day of it is in."""

    source: str
    since: date
    until: date
    cursor: Cursor | None
    started_at: datetime
    ended_at: datetime | None
    error: str
    added: int
    changed: int
    unchanged: int
    rejected: int
    withdrawn: int


@dataclass(slots=True)
class Counts:
    """What one run has brought so far; `withdrawn` are those among the others that their source withdrew."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    withdrawn: int = 0


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


def advance(database: Database, source: str, cursor: Cursor, counts: Counts, now: datetime) -> None:
    """Keep `cursor`: only after the records before it are committed."""
    news = {"news_at": now} if counts.added or counts.changed else {}
    with database.write() as connection:
        _update(connection, source, {"cursor": json.dumps(cursor), **_counts(counts), **news})


def succeed(database: Database, source: str, now: datetime, next_due_at: datetime) -> None:
    """Mark a run as complete."""
    with database.write() as connection:
        _update(connection, source, {"succeeded_at": now, "error": "", "next_due_at": next_due_at, "running": False})


def fail(database: Database, source: str, now: datetime, next_due_at: datetime, error: str) -> None:
    """Mark a run as failed, with the reason as a clause; cursor and counts stay."""
    with database.write() as connection:
        _update(connection, source, {"failed_at": now, "error": error, "next_due_at": next_due_at, "running": False})


def begin_backfill(database: Database, source: str, since: date, until: date, now: datetime) -> BackfillRow:
    """Return the row of a range, begun now unless it was begun before; one that was complete begins anew."""
    with database.write() as connection:
        row = _backfill(connection, source, since, until)
        if row is None or row.ended_at is not None:
            at = _range(source, since, until)
            connection.execute(backfill.delete().where(at))
            fresh = {"cursor": "", "error": "", "started_at": now, **_counts(Counts())}
            connection.execute(insert(backfill).values(source=source, since=since, until=until, **fresh))
            row = _backfill(connection, source, since, until)
    if row is None:
        raise AssertionError("a row that was just written is there")
    return row


def keep_backfill(
    database: Database, row: BackfillRow, counts: Counts, *, cursor: Cursor | None = None, error: str = ""
) -> None:
    """Keep where a range stands; `cursor` only after the records before it are committed."""
    values: dict[str, Any] = {"error": error, **_counts(counts)}
    if cursor is not None:
        values["cursor"] = json.dumps(cursor)
    with database.write() as connection:
        connection.execute(update(backfill).where(_range(row.source, row.since, row.until)).values(values))


def end_backfill(database: Database, row: BackfillRow, now: datetime) -> None:
    """Mark a range as complete."""
    with database.write() as connection:
        at = _range(row.source, row.since, row.until)
        connection.execute(update(backfill).where(at).values(ended_at=now, error="", cursor=""))


def backfills(database: Database) -> list[BackfillRow]:
    """Return every range, the newest begun first."""
    with database.read() as connection:
        found = connection.execute(select(backfill).order_by(backfill.c.started_at.desc())).mappings().all()
    return [_backfill_row(row) for row in found]


def _backfill(connection: Connection, source: str, since: date, until: date) -> BackfillRow | None:
    row = connection.execute(select(backfill).where(_range(source, since, until))).mappings().one_or_none()
    return None if row is None else _backfill_row(row)


def _backfill_row(row: RowMapping) -> BackfillRow:
    return BackfillRow(**{**row, "cursor": json.loads(row["cursor"]) if row["cursor"] else None})


def _range(source: str, since: date, until: date) -> ColumnElement[bool]:
    return and_(backfill.c.source == source, backfill.c.since == since, backfill.c.until == until)


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
        "withdrawn": counts.withdrawn,
    }


def _update(connection: Connection, source: str, values: dict[str, Any]) -> None:
    connection.execute(update(harvest).where(harvest.c.source == source).values(values))
