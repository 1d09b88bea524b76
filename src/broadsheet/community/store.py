"""The SQL of votes; every function works inside its caller's transaction.

A vote is a row under its reader and paper: the key itself keeps one reader from counting twice.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import ban, departed, paper, reader, vote

_CHUNK = 5_000  # ids in one statement; SQLite takes 32,766


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


def add(connection: Connection, reader_id: int, paper_id: int, now: datetime) -> bool:
    """Insert a vote; tells whether it is new."""
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(vote)
    row = made.values(reader_id=reader_id, paper_id=paper_id, voted_at=now)
    once = row.on_conflict_do_nothing(index_elements=["reader_id", "paper_id"])
    return connection.execute(once.returning(vote.c.paper_id)).first() is not None


def remove(connection: Connection, reader_id: int, paper_id: int) -> bool:
    """Delete a vote; tells whether there was one."""
    one = and_(vote.c.reader_id == reader_id, vote.c.paper_id == paper_id)
    return connection.execute(delete(vote).where(one)).rowcount > 0


def counts(connection: Connection, paper_ids: Sequence[int]) -> dict[int, int]:
    """Return how many votes each paper has, of those that have any."""
    found: dict[int, int] = {}
    for start in range(0, len(paper_ids), _CHUNK):
        some = vote.c.paper_id.in_(paper_ids[start : start + _CHUNK])
        rows = connection.execute(select(vote.c.paper_id, func.count()).where(some).group_by(vote.c.paper_id))
        found.update((paper_id, int(count)) for paper_id, count in rows)
    return found


def mine(connection: Connection, reader_id: int, paper_ids: Sequence[int]) -> set[int]:
    """Return which of the papers a reader voted for."""
    found: set[int] = set()
    for start in range(0, len(paper_ids), _CHUNK):
        some = and_(vote.c.reader_id == reader_id, vote.c.paper_id.in_(paper_ids[start : start + _CHUNK]))
        found.update(connection.scalars(select(vote.c.paper_id).where(some)))
    return found


def of_reader(connection: Connection, reader_id: int, limit: int | None = None) -> list[Row[Any]]:
    """Return (paper_id, voted_at) of a reader's votes, the newest first."""
    asked = select(vote.c.paper_id, vote.c.voted_at).where(vote.c.reader_id == reader_id)
    return list(connection.execute(asked.order_by(vote.c.voted_at.desc(), vote.c.paper_id.desc()).limit(limit)))


def count_of_reader(connection: Connection, reader_id: int) -> int:
    """Return for how many papers a reader voted."""
    return int(connection.scalar(select(func.count()).select_from(vote).where(vote.c.reader_id == reader_id)) or 0)


def ballots(connection: Connection, paper_ids: Sequence[int]) -> list[Row[Any]]:
    """Return (paper_id, reader_id, voted_at, created_at, barred) of each vote; `barred` is None for who is not."""
    joined = vote.join(reader, reader.c.id == vote.c.reader_id)
    joined = joined.outerjoin(ban, ban.c.address_key == reader.c.address_key)
    columns = (vote.c.paper_id, vote.c.reader_id, vote.c.voted_at, reader.c.created_at, ban.c.reader_id.label("barred"))
    found: list[Row[Any]] = []
    for start in range(0, len(paper_ids), _CHUNK):
        some = vote.c.paper_id.in_(paper_ids[start : start + _CHUNK])
        found += connection.execute(select(*columns).select_from(joined).where(some)).all()
    return found


def lately(connection: Connection, reader_ids: Collection[int], most: int = 100) -> dict[int, set[int]]:
    """Return for which papers each reader voted last, `most` of them."""
    place = func.row_number().over(partition_by=vote.c.reader_id, order_by=vote.c.voted_at.desc()).label("place")
    found: dict[int, set[int]] = defaultdict(set)
    ids = sorted(reader_ids)
    for start in range(0, len(ids), _CHUNK):
        some = vote.c.reader_id.in_(ids[start : start + _CHUNK])
        placed = select(vote.c.reader_id, vote.c.paper_id, place).where(some).subquery()
        asked = select(placed.c.reader_id, placed.c.paper_id).where(placed.c.place <= most)
        for reader_id, paper_id in connection.execute(asked):
            found[reader_id].add(paper_id)
    return found
