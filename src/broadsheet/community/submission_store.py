"""The SQL of submissions; every function works inside its caller's transaction.

As with votes, the key itself keeps one reader from counting twice.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import ban, reader, submission


def add(connection: Connection, reader_id: int, paper_id: int, now: datetime, *, is_new: bool) -> bool:
    """Insert a submission; tells whether it is the reader's first of this paper."""
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(submission)
    row = made.values(reader_id=reader_id, paper_id=paper_id, submitted_at=now, is_new=is_new)
    once = row.on_conflict_do_nothing(index_elements=["reader_id", "paper_id"])
    return connection.execute(once.returning(submission.c.paper_id)).first() is not None


def count(connection: Connection, paper_id: int) -> int:
    """Return how many readers submitted a paper."""
    asked = select(func.count()).select_from(submission).where(submission.c.paper_id == paper_id)
    return int(connection.execute(asked).scalar_one())


def first(connection: Connection, paper_id: int) -> Row[Any] | None:
    """Return (reader_id, name, submitted_at) of who brought a paper here."""
    joined = submission.join(reader, reader.c.id == submission.c.reader_id)
    asked = select(submission.c.reader_id, reader.c.name, submission.c.submitted_at).select_from(joined)
    its = asked.where(submission.c.paper_id == paper_id, submission.c.is_new)
    return connection.execute(its.order_by(submission.c.submitted_at, submission.c.reader_id).limit(1)).one_or_none()


def since(connection: Connection, moment: datetime, limit: int) -> list[Row[Any]]:
    """Return (paper_id, reader_id, name, submitted_at) of what was submitted after a moment, the newest first.

    What barred readers submitted is not among it.
    """
    joined = submission.join(reader, reader.c.id == submission.c.reader_id)
    joined = joined.outerjoin(ban, ban.c.address_key == reader.c.address_key)
    asked = select(submission.c.paper_id, submission.c.reader_id, reader.c.name, submission.c.submitted_at)
    later = asked.select_from(joined).where(submission.c.submitted_at > moment, ban.c.address_key.is_(None))
    newest = later.order_by(submission.c.submitted_at.desc(), submission.c.paper_id.desc())
    return list(connection.execute(newest.limit(limit)))


def of_reader(connection: Connection, reader_id: int, limit: int | None = None) -> list[Row[Any]]:
    """Return (paper_id, submitted_at) of a reader's submissions, the newest first."""
    asked = select(submission.c.paper_id, submission.c.submitted_at).where(submission.c.reader_id == reader_id)
    newest = asked.order_by(submission.c.submitted_at.desc(), submission.c.paper_id.desc())
    return list(connection.execute(newest.limit(limit)))
