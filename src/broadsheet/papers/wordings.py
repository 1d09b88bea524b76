"""Keeps what a record said before it says something else, so that readers can be told what changed.

What the difference between two wordings is, `history` says.
Kept is only what a reader sees change: title, abstract, authors, version, withdrawal; not a star more or less.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from broadsheet.database.schema import source_record, wording
from broadsheet.papers import wire
from broadsheet.papers.batches import chunks
from broadsheet.papers.records import SourceRecord

# A feed that says something else at every harvest must not fill the disk.
MOST = 50


def keep(connection: Connection, anew: Mapping[int, SourceRecord]) -> None:
    """Keep what records, by their ids, say now, where they are about to say something else; call before writing."""
    rows: list[dict[str, Any]] = []
    for some in chunks(anew):
        asked = select(source_record.c.id, source_record.c.received_at, source_record.c.record)
        rows += [
            {"record_id": row.id, "received_at": row.received_at, "record": row.record}
            for row in connection.execute(asked.where(source_record.c.id.in_(some)))
            if seen(wire.loads(row.record)) != seen(anew[row.id])
        ]
    known = _moments(connection, [row["record_id"] for row in rows])
    told = [row for row in rows if _is_room(known.get(row["record_id"], set()), row["received_at"])]
    if told:
        connection.execute(insert(wording), told)


def seen(record: SourceRecord) -> tuple[object, ...]:
    """Return what a reader sees of a record."""
    newest = max((one.number for one in record.versions), default=0)
    return record.title, record.abstract, record.authors, newest, record.withdrawn


def of(connection: Connection, paper_id: int) -> list[tuple[datetime, SourceRecord]]:
    """Return every wording of every record of a paper with when it was received, oldest first; the last are today's."""
    earlier = (
        select(wording.c.received_at, wording.c.record)
        .join(source_record, source_record.c.id == wording.c.record_id)
        .where(source_record.c.paper_id == paper_id)
    )
    now = select(source_record.c.received_at, source_record.c.record).where(source_record.c.paper_id == paper_id)
    rows = [*connection.execute(earlier), *connection.execute(now)]
    return sorted(((row.received_at, wire.loads(row.record)) for row in rows), key=lambda one: one[0])


def first(connection: Connection, paper_ids: Iterable[int]) -> dict[int, SourceRecord]:
    """Return what was first said of each paper: the oldest wording of the record that told of it first."""
    found: dict[int, tuple[int, datetime, str]] = {}
    columns = (source_record.c.paper_id, source_record.c.id)
    for some in chunks(paper_ids):
        its = source_record.c.paper_id.in_(some)
        now = select(*columns, source_record.c.received_at, source_record.c.record).where(its)
        earlier = select(*columns, wording.c.received_at, wording.c.record).join(
            source_record, source_record.c.id == wording.c.record_id
        )
        for paper_id, *told in (*connection.execute(now), *connection.execute(earlier.where(its))):
            known = found.get(paper_id)
            if known is None or (told[0], told[1]) < known[:2]:
                found[paper_id] = (told[0], told[1], told[2])
    return {paper_id: wire.loads(record) for paper_id, (_, _, record) in found.items()}


def _is_room(known: set[datetime], moment: datetime) -> bool:
    return len(known) < MOST and moment not in known


def _moments(connection: Connection, record_ids: Iterable[int]) -> dict[int, set[datetime]]:
    found: dict[int, set[datetime]] = defaultdict(set)
    for some in chunks(record_ids):
        asked = select(wording.c.record_id, wording.c.received_at).where(wording.c.record_id.in_(some))
        for row in connection.execute(asked):
            found[row.record_id].add(row.received_at)
    return found
