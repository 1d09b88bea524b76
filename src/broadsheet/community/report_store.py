"""The SQL of reports and mutes; every function works inside its caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import comment, comment_text, muted_reader, reader, report


def add(connection: Connection, values: Mapping[str, object]) -> bool:
    """Insert a report; tells whether it is the reader's first open one of this comment or paper."""
    its = _of(int(str(values["paper_id"])), values.get("comment_id"))
    mine = and_(its, report.c.reader_id == values["reader_id"], report.c.settled_at.is_(None))
    if connection.execute(select(report.c.id).where(mine)).first() is not None:
        return False
    connection.execute(insert(report).values(**values))
    return True


def open_ones(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return the open reports, the oldest first."""
    asked = select(report).where(report.c.settled_at.is_(None)).order_by(report.c.id)
    return list(connection.execute(asked.limit(limit)))


def count_open(connection: Connection) -> int:
    """Return how many reports are open."""
    asked = select(func.count()).select_from(report).where(report.c.settled_at.is_(None))
    return int(connection.execute(asked).scalar_one())


def settle(connection: Connection, paper_id: int, comment_id: int | None, now: datetime) -> int:
    """Close the open reports of a comment, or of a paper itself, and return how many there were."""
    its = and_(_of(paper_id, comment_id), report.c.settled_at.is_(None))
    return connection.execute(update(report).where(its).values(settled_at=now)).rowcount


def of_reader(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return what a reader reported, the newest first."""
    return list(connection.execute(select(report).where(report.c.reader_id == reader_id).order_by(report.c.id.desc())))


def hidden_comments(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return (id, paper_id, text) of comments that editors hid, the last hidden first."""
    joined = comment.join(comment_text, comment_text.c.comment_id == comment.c.id)
    asked = select(comment.c.id, comment.c.paper_id, comment_text.c.text).select_from(joined)
    hidden = asked.where(comment.c.hidden_at.is_not(None)).order_by(comment.c.hidden_at.desc(), comment.c.id.desc())
    return list(connection.execute(hidden.limit(limit)))


def shown_comments_of(connection: Connection, reader_id: int) -> list[int]:
    """Return the numbers of a reader's comments that are not hidden."""
    joined = comment.join(comment_text, comment_text.c.comment_id == comment.c.id)
    asked = select(comment.c.id).select_from(joined).where(comment_text.c.reader_id == reader_id)
    return list(connection.scalars(asked.where(comment.c.hidden_at.is_(None)).order_by(comment.c.id)))


def add_mute(connection: Connection, reader_id: int, muted_id: int, now: datetime) -> None:
    """Let a reader see nothing of another; a second time changes nothing."""
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(muted_reader)
    row = made.values(reader_id=reader_id, muted_id=muted_id, muted_at=now)
    connection.execute(row.on_conflict_do_nothing(index_elements=["reader_id", "muted_id"]))


def remove_mute(connection: Connection, reader_id: int, muted_id: int) -> None:
    """Let a reader see another again."""
    its = and_(muted_reader.c.reader_id == reader_id, muted_reader.c.muted_id == muted_id)
    connection.execute(delete(muted_reader).where(its))


def muted(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return (muted_id, muted_at, name) of those whom a reader muted, the newest first."""
    joined = muted_reader.join(reader, reader.c.id == muted_reader.c.muted_id)
    asked = select(muted_reader.c.muted_id, muted_reader.c.muted_at, reader.c.name).select_from(joined)
    mine = asked.where(muted_reader.c.reader_id == reader_id)
    return list(connection.execute(mine.order_by(muted_reader.c.muted_at.desc(), muted_reader.c.muted_id)))


def _of(paper_id: int, comment_id: object) -> ColumnElement[bool]:
    its = report.c.comment_id.is_(None) if comment_id is None else report.c.comment_id == comment_id
    return and_(report.c.paper_id == paper_id, its)
