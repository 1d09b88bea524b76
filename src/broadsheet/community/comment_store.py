"""The SQL of comments; every function works inside its caller's transaction.

A comment is shown while its text is there and no editor has hidden it; both are asked of the rows, never kept twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select, update

from broadsheet.database.schema import comment, comment_text, reader

_CHUNK = 5_000  # ids in one statement; SQLite takes 32,766
_SHOWN = comment.c.hidden_at.is_(None)


def add(connection: Connection, values: Mapping[str, object], reader_id: int, text: str) -> int:
    """Insert a comment of a reader and return its number."""
    number = int(connection.execute(insert(comment).values(**values).returning(comment.c.id)).scalar_one())
    connection.execute(insert(comment_text).values(comment_id=number, reader_id=reader_id, text=text))
    return number


def of_paper(connection: Connection, paper_id: int) -> list[Row[Any]]:
    """Return every comment on a paper in the order of writing, those without a text too."""
    return list(connection.execute(_whole().where(comment.c.paper_id == paper_id).order_by(comment.c.id)))


def one(connection: Connection, comment_id: int) -> Row[Any] | None:
    """Return a comment."""
    return connection.execute(_whole().where(comment.c.id == comment_id)).one_or_none()


def twin(
    connection: Connection, paper_id: int, parent_id: int | None, reader_id: int, text: str, since: datetime
) -> int | None:
    """Return the number of a reader's comment in the same place with the same text, written since."""
    same = and_(
        comment.c.paper_id == paper_id,
        comment.c.parent_id.is_(None) if parent_id is None else comment.c.parent_id == parent_id,
        comment.c.written_at >= since,
        comment_text.c.reader_id == reader_id,
        comment_text.c.text == text,
    )
    joined = comment.join(comment_text, comment_text.c.comment_id == comment.c.id)
    number: int | None = connection.execute(select(func.max(comment.c.id)).select_from(joined).where(same)).scalar_one()
    return number


def set_text(connection: Connection, comment_id: int, text: str, now: datetime) -> None:
    """Let a comment say something else."""
    mine = comment_text.c.comment_id == comment_id
    connection.execute(update(comment_text).where(mine).values(text=text, edited_at=now))


def remove_text(connection: Connection, comment_id: int) -> None:
    """Delete what a comment said and who said it; its place stays."""
    connection.execute(delete(comment_text).where(comment_text.c.comment_id == comment_id))


def set_hidden(connection: Connection, comment_id: int, at: datetime | None) -> None:
    """Take a comment off the page, or with None put it back."""
    connection.execute(update(comment).where(comment.c.id == comment_id).values(hidden_at=at))


def counts(connection: Connection, paper_ids: Sequence[int]) -> dict[int, int]:
    """Return how many comments are shown of each paper, of those that have any."""
    found: dict[int, int] = {}
    asked = select(comment.c.paper_id, func.count()).join(comment_text, comment_text.c.comment_id == comment.c.id)
    for start in range(0, len(paper_ids), _CHUNK):
        some = comment.c.paper_id.in_(paper_ids[start : start + _CHUNK])
        rows = connection.execute(asked.where(_SHOWN, some).group_by(comment.c.paper_id))
        found.update((paper_id, int(count)) for paper_id, count in rows)
    return found


def of_reader(connection: Connection, reader_id: int, limit: int | None = None) -> list[Row[Any]]:
    """Return a reader's comments, the newest first."""
    mine = _whole().where(comment_text.c.reader_id == reader_id)
    return list(connection.execute(mine.order_by(comment.c.id.desc()).limit(limit)))


def count_of_reader(connection: Connection, reader_id: int) -> int:
    """Return how many comments a reader has."""
    asked = select(func.count()).select_from(comment_text).where(comment_text.c.reader_id == reader_id)
    return int(connection.execute(asked).scalar_one())


def _whole() -> Select[Any]:
    """Return the question for comments with what they say and who says it; both None where that is gone."""
    said = comment.outerjoin(comment_text, comment_text.c.comment_id == comment.c.id)
    said = said.outerjoin(reader, reader.c.id == comment_text.c.reader_id)
    columns = (comment_text.c.reader_id, comment_text.c.text, comment_text.c.edited_at, reader.c.name, reader.c.role)
    return select(comment, *columns).select_from(said)
