"""The SQL of votes; every function works inside its caller's transaction.

A vote is a row under its reader and what it is for: the key itself keeps one reader from counting twice. `of` is what
votes are for, `PAPERS` or `COMMENTS`.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database import direct
from broadsheet.database.schema import ban, comment_vote, departed, paper, reader, vote

PAPERS, COMMENTS = vote.c.paper_id, comment_vote.c.comment_id
_CHUNK = 5_000  # ids in one statement; SQLite takes 32,766
_COUNTS = "SELECT {of}, count(*) FROM {table} WHERE {of} IN (%s) GROUP BY {of}"


def hold(connection: Connection, paper_id: int) -> Row[Any] | None:
    """Return (id, first_seen_at) of a paper, or of the one it was merged into, and keep it there until the end."""
    asked = select(paper.c.id, paper.c.first_seen_at).with_for_update()
    row = connection.execute(asked.where(paper.c.id == paper_id)).one_or_none()
    if row is None:
        into = select(departed.c.into_id).where(departed.c.paper_id == paper_id).scalar_subquery()
        row = connection.execute(asked.where(paper.c.id == into)).one_or_none()
    return row


def has_reader(connection: Connection, reader_id: int) -> bool:
    """Tell whether a reader is there."""
    return connection.execute(select(reader.c.id).where(reader.c.id == reader_id)).first() is not None


def add(connection: Connection, reader_id: int, its_id: int, now: datetime, of: Column[Any] = PAPERS) -> bool:
    """Insert a vote; tells whether it is new."""
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(of.table)
    row = made.values({"reader_id": reader_id, of.name: its_id, "voted_at": now})
    once = row.on_conflict_do_nothing(index_elements=["reader_id", of.name])
    return connection.execute(once.returning(of)).first() is not None


def remove(connection: Connection, reader_id: int, its_id: int, of: Column[Any] = PAPERS) -> bool:
    """Delete a vote; tells whether there was one."""
    one = and_(of.table.c.reader_id == reader_id, of == its_id)
    return connection.execute(delete(of.table).where(one)).rowcount > 0


def remove_all(connection: Connection, its_id: int, of: Column[Any] = PAPERS) -> None:
    """Delete every vote for one thing."""
    connection.execute(delete(of.table).where(of == its_id))


def counts(connection: Connection, ids: Sequence[int], of: Column[Any] = PAPERS) -> dict[int, int]:
    """Return how many votes each has, of those that have any."""
    asked, found = _COUNTS.format(of=of.name, table=of.table.name), dict[int, int]()
    for start in range(0, len(ids), _CHUNK):
        found |= dict(direct.told(connection, asked, direct.among(ids[start : start + _CHUNK])))
    return found


def mine(connection: Connection, reader_id: int, ids: Sequence[int], of: Column[Any] = PAPERS) -> set[int]:
    """Return which of them a reader voted for."""
    found: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        some = and_(of.table.c.reader_id == reader_id, of.in_(ids[start : start + _CHUNK]))
        found.update(connection.scalars(select(of).where(some)))
    return found


def of_reader(
    connection: Connection, reader_id: int, limit: int | None = None, of: Column[Any] = PAPERS
) -> list[Row[Any]]:
    """Return (its_id, voted_at) of a reader's votes, the newest first."""
    cast = of.table.c
    asked = select(of.label("its_id"), cast.voted_at).where(cast.reader_id == reader_id)
    return list(connection.execute(asked.order_by(cast.voted_at.desc(), of.desc()).limit(limit)))


def count_of_reader(connection: Connection, reader_id: int) -> int:
    """Return for how many papers a reader voted."""
    return int(connection.scalar(select(func.count()).select_from(vote).where(vote.c.reader_id == reader_id)) or 0)


def ballots(connection: Connection, ids: Sequence[int], of: Column[Any] = PAPERS) -> list[Row[Any]]:
    """Return (its_id, reader_id, voted_at, created_at, barred) of each vote; `barred` is None for who is not."""
    cast = of.table
    joined = cast.join(reader, reader.c.id == cast.c.reader_id)
    joined = joined.outerjoin(ban, ban.c.address_key == reader.c.address_key)
    barred = ban.c.reader_id.label("barred")
    columns = (of.label("its_id"), cast.c.reader_id, cast.c.voted_at, reader.c.created_at, barred)
    found: list[Row[Any]] = []
    for start in range(0, len(ids), _CHUNK):
        some = of.in_(ids[start : start + _CHUNK])
        found += connection.execute(select(*columns).select_from(joined).where(some)).all()
    return found


def lately(
    connection: Connection, reader_ids: Collection[int], of: Column[Any] = PAPERS, most: int = 100
) -> dict[int, set[int]]:
    """Return for what each reader voted last, `most` of them."""
    cast = of.table.c
    place = func.row_number().over(partition_by=cast.reader_id, order_by=cast.voted_at.desc()).label("place")
    found: dict[int, set[int]] = defaultdict(set)
    ids = sorted(reader_ids)
    for start in range(0, len(ids), _CHUNK):
        some = cast.reader_id.in_(ids[start : start + _CHUNK])
        placed = select(cast.reader_id, of.label("its_id"), place).where(some).subquery()
        asked = select(placed.c.reader_id, placed.c.its_id).where(placed.c.place <= most)
        for reader_id, its_id in connection.execute(asked):
            found[reader_id].add(its_id)
    return found
