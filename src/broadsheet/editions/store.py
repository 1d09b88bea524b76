"""The SQL of editions: published pages, written once and whole; papers are named by their ids here.

An edition's row and its places come in one transaction, and the unique (period, day) lets one of two writers through.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select

from broadsheet.database.schema import edition, edition_place, harvest
from broadsheet.editions.edition import Edition, Head

PERIOD = "day"
_HEAD = (
    edition.c.id,
    edition.c.period,
    edition.c.starts_on,
    edition.c.number,
    edition.c.published_at,
    edition.c.new_papers,
)


def insert_edition(connection: Connection, page: Edition, number: int, published_at: datetime) -> int:
    """Write `page` as published under `number` and return its id; `IntegrityError` if its day has one already."""
    edition_id: int = connection.execute(
        insert(edition)
        .values(
            period=page.period,
            starts_on=page.day,
            number=number,
            published_at=published_at,
            new_papers=page.new_papers,
            notice=page.notice,
        )
        .returning(edition.c.id)
    ).scalar_one()
    rows = [
        {
            "edition_id": edition_id,
            "section": section,
            "place": place.place,
            "paper_id": place.paper.id,
            "score": place.score,
            "reason": place.reason,
            "parts": json.dumps([asdict(part) for part in place.parts], ensure_ascii=False),
            "blurb": place.blurb,
        }
        for section, places in page.sections()
        for place in places
    ]
    if rows:
        connection.execute(insert(edition_place), rows)
    return edition_id


def head(connection: Connection, day: date) -> Head | None:
    """Return the head of the edition of `day`."""
    row = connection.execute(select(*_HEAD).where(edition.c.period == PERIOD, edition.c.starts_on == day)).one_or_none()
    return Head(*row) if row else None


def heads(connection: Connection, limit: int) -> list[Head]:
    """Return the heads of the published editions, newest first."""
    rows = connection.execute(
        select(*_HEAD).where(edition.c.period == PERIOD).order_by(edition.c.starts_on.desc()).limit(limit)
    )
    return [Head(*row) for row in rows]


def that_had(connection: Connection, paper_id: int, limit: int) -> list[Head]:
    """Return the heads of the editions in which a paper has a place, newest first."""
    with_it = select(edition_place.c.edition_id).where(edition_place.c.paper_id == paper_id)
    rows = connection.execute(
        select(*_HEAD)
        .where(edition.c.period == PERIOD, edition.c.id.in_(with_it))
        .order_by(edition.c.starts_on.desc())
        .limit(limit)
    )
    return [Head(*row) for row in rows]


def notice(connection: Connection, edition_id: int) -> str:
    """Return the notice of a published edition."""
    found: str = connection.execute(select(edition.c.notice).where(edition.c.id == edition_id)).scalar_one()
    return found


def places(connection: Connection, edition_id: int) -> Sequence[Row[tuple[str, int, int, float | None, str, str, str]]]:
    """Return (section, place, paper_id, score, reason, parts as JSON, blurb) of an edition, in the page's order."""
    return connection.execute(
        select(
            edition_place.c.section,
            edition_place.c.place,
            edition_place.c.paper_id,
            edition_place.c.score,
            edition_place.c.reason,
            edition_place.c.parts,
            edition_place.c.blurb,
        )
        .where(edition_place.c.edition_id == edition_id)
        .order_by(edition_place.c.section, edition_place.c.place)
    ).all()


def last_number(connection: Connection) -> int:
    """Return the number of the newest edition, 0 before the first."""
    return connection.execute(select(func.max(edition.c.number)).where(edition.c.period == PERIOD)).scalar_one() or 0


def last_before(connection: Connection, day: date) -> Head | None:
    """Return the newest edition before `day`."""
    return _nearest(connection, edition.c.starts_on < day, edition.c.starts_on.desc())


def first_after(connection: Connection, day: date) -> Head | None:
    """Return the first edition after `day`."""
    return _nearest(connection, edition.c.starts_on > day, edition.c.starts_on)


def first(connection: Connection) -> Head | None:
    """Return the very first edition."""
    return _nearest(connection, edition.c.starts_on.is_not(None), edition.c.starts_on)


def harvested(connection: Connection) -> bool:
    """Return whether any source was ever harvested to its end."""
    return bool(connection.execute(select(func.count(harvest.c.succeeded_at))).scalar_one())


def _nearest(connection: Connection, where: ColumnElement[bool], order: ColumnElement[date]) -> Head | None:
    row = connection.execute(select(*_HEAD).where(edition.c.period == PERIOD, where).order_by(order).limit(1)).first()
    return Head(*row) if row else None
