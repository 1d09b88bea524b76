"""The SQL of readers' lists; every function works inside its caller's transaction.

Who may see or change a list, `lists` decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select, update

from broadsheet.database.schema import listed_paper, open_page, reading_list


def add_list(connection: Connection, values: Mapping[str, object]) -> None:
    """Insert a list."""
    connection.execute(insert(reading_list).values(values))


def set_list(connection: Connection, list_id: int, values: Mapping[str, object]) -> None:
    """Change a list's own columns."""
    connection.execute(update(reading_list).where(reading_list.c.id == list_id).values(values))


def drop_list(connection: Connection, list_id: int) -> None:
    """Delete a list with what stands in it."""
    connection.execute(delete(reading_list).where(reading_list.c.id == list_id))


def list_by_key(connection: Connection, key: str, *, hold: bool = False) -> Row[Any] | None:
    """Return the list with a key and how many papers it has, kept as it is until the end where `hold` is set."""
    if hold:
        asked = select(reading_list.c.id).where(reading_list.c.key == key).with_for_update()
        connection.execute(asked).one_or_none()
    return connection.execute(_counted().where(reading_list.c.key == key)).one_or_none()


def lists_of(connection: Connection, reader_id: int, access: str | None = None) -> list[Row[Any]]:
    """Return a reader's lists as `list_by_key` does, the last changed first, or those of one access alone."""
    asked = _counted().where(reading_list.c.reader_id == reader_id)
    if access is not None:
        asked = asked.where(reading_list.c.access == access)
    return list(connection.execute(asked.order_by(reading_list.c.changed_at.desc(), reading_list.c.id.desc())))


def public_lists(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return public lists that hold papers as `list_by_key` does, the last changed first."""
    filled = exists().where(listed_paper.c.list_id == reading_list.c.id)
    asked = _counted().where(reading_list.c.access == "public", filled)
    newest = asked.order_by(reading_list.c.changed_at.desc(), reading_list.c.id.desc())
    return list(connection.execute(newest.limit(limit)))


def count_lists(connection: Connection, reader_id: int) -> int:
    """Return how many lists a reader has."""
    asked = select(func.count()).select_from(reading_list).where(reading_list.c.reader_id == reader_id)
    return int(connection.scalar(asked) or 0)


def listed(connection: Connection, list_id: int) -> list[Row[Any]]:
    """Return (paper_id, note, added_at) of a list, in its order."""
    columns = (listed_paper.c.paper_id, listed_paper.c.note, listed_paper.c.added_at)
    asked = select(*columns).where(listed_paper.c.list_id == list_id)
    return list(connection.execute(asked.order_by(listed_paper.c.place, listed_paper.c.paper_id)))


def holding(connection: Connection, reader_id: int, paper_id: int) -> set[int]:
    """Return the numbers of a reader's lists in which a paper stands."""
    asked = select(listed_paper.c.list_id).join(reading_list, reading_list.c.id == listed_paper.c.list_id)
    its = (reading_list.c.reader_id == reader_id, listed_paper.c.paper_id == paper_id)
    return set(connection.scalars(asked.where(*its)))


def add_paper(connection: Connection, list_id: int, paper_id: int, note: str, now: datetime) -> bool:
    """Put a paper at the end of a list; tells whether it was not there yet."""
    its = (listed_paper.c.list_id == list_id, listed_paper.c.paper_id == paper_id)
    if connection.execute(select(listed_paper.c.paper_id).where(*its)).first():
        return False
    last = connection.scalar(select(func.max(listed_paper.c.place)).where(listed_paper.c.list_id == list_id)) or 0
    values = {"list_id": list_id, "paper_id": paper_id, "place": last + 1, "note": note, "added_at": now}
    connection.execute(insert(listed_paper).values(values))
    return True


def remove_paper(connection: Connection, list_id: int, paper_id: int) -> bool:
    """Take a paper out of a list; tells whether it was there."""
    its = (listed_paper.c.list_id == list_id, listed_paper.c.paper_id == paper_id)
    return connection.execute(delete(listed_paper).where(*its)).rowcount > 0


def set_note(connection: Connection, list_id: int, paper_id: int, note: str) -> bool:
    """Put another note beside a paper; tells whether it is there."""
    its = (listed_paper.c.list_id == list_id, listed_paper.c.paper_id == paper_id)
    return connection.execute(update(listed_paper).where(*its).values(note=note)).rowcount > 0


def place_papers(connection: Connection, list_id: int, paper_ids: Sequence[int]) -> None:
    """Number the papers of a list from 1 in this order."""
    for place, paper_id in enumerate(paper_ids, 1):
        its = (listed_paper.c.list_id == list_id, listed_paper.c.paper_id == paper_id)
        connection.execute(update(listed_paper).where(*its, listed_paper.c.place != place).values(place=place))


def saved_by(connection: Connection, reader_id: int, limit: int) -> list[Row[Any]]:
    """Return (paper_id, added_at, key, name) of what a reader put into lists, the newest first."""
    columns = (listed_paper.c.paper_id, listed_paper.c.added_at, reading_list.c.key, reading_list.c.name)
    asked = select(*columns).join(reading_list, reading_list.c.id == listed_paper.c.list_id)
    asked = asked.where(reading_list.c.reader_id == reader_id)
    return list(
        connection.execute(asked.order_by(listed_paper.c.added_at.desc(), listed_paper.c.paper_id.desc()).limit(limit))
    )


def page_of(connection: Connection, reader_id: int) -> Row[Any] | None:
    """Return (votes, opened_at) of a reader's page for others, None where there is none."""
    asked = select(open_page.c.votes, open_page.c.opened_at).where(open_page.c.reader_id == reader_id)
    return connection.execute(asked).one_or_none()


def set_page(connection: Connection, reader_id: int, votes: bool | None, now: datetime) -> None:
    """Open a reader's page for others, with or without votes, or close it with None."""
    if votes is None:
        connection.execute(delete(open_page).where(open_page.c.reader_id == reader_id))
    elif page_of(connection, reader_id) is None:
        connection.execute(insert(open_page).values(reader_id=reader_id, votes=votes, opened_at=now))
    else:
        connection.execute(update(open_page).where(open_page.c.reader_id == reader_id).values(votes=votes))


def _counted() -> Select[Any]:
    size = select(func.count()).select_from(listed_paper).where(listed_paper.c.list_id == reading_list.c.id)
    return select(reading_list, size.scalar_subquery().label("size"))
