"""The SQL of claims; every function works inside its caller's transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import claim, reader


def put(connection: Connection, values: Mapping[str, object]) -> None:
    """Insert a claim, or put it in the place of one that is not verified."""
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(claim).values(**values)
    again = {name: value for name, value in values.items() if name not in ("reader_id", "paper_id")}
    connection.execute(
        made.on_conflict_do_update(
            index_elements=["reader_id", "paper_id"], set_=again, where=claim.c.state != "verified"
        )
    )


def one(connection: Connection, reader_id: int, paper_id: int) -> Row[Any] | None:
    """Return a claim."""
    its = and_(claim.c.reader_id == reader_id, claim.c.paper_id == paper_id)
    return connection.execute(select(claim).where(its)).one_or_none()


def settle(connection: Connection, reader_id: int, paper_id: int, state: str, how: str) -> bool:
    """Give a waiting claim its state; tells whether one waited."""
    its = and_(claim.c.reader_id == reader_id, claim.c.paper_id == paper_id, claim.c.state == "waiting")
    return connection.execute(update(claim).where(its).values(state=state, how=how)).rowcount > 0


def remove(connection: Connection, reader_id: int, paper_id: int) -> bool:
    """Delete a claim; tells whether there was one."""
    its = and_(claim.c.reader_id == reader_id, claim.c.paper_id == paper_id)
    return connection.execute(delete(claim).where(its)).rowcount > 0


def verified(connection: Connection, paper_id: int) -> list[Row[Any]]:
    """Return (reader_id, name, how) of a paper's authors who are here."""
    joined = claim.join(reader, reader.c.id == claim.c.reader_id)
    asked = select(claim.c.reader_id, reader.c.name, claim.c.how).select_from(joined)
    its = asked.where(claim.c.paper_id == paper_id, claim.c.state == "verified")
    return list(connection.execute(its.order_by(claim.c.asked_at, claim.c.reader_id)))


def waiting(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return the claims that wait for an editor, with the reader's name, the oldest first."""
    joined = claim.join(reader, reader.c.id == claim.c.reader_id)
    asked = select(claim, reader.c.name).select_from(joined).where(claim.c.state == "waiting")
    return list(connection.execute(asked.order_by(claim.c.asked_at, claim.c.paper_id, claim.c.reader_id).limit(limit)))


def of_reader(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return a reader's claims, the newest first."""
    asked = select(claim).where(claim.c.reader_id == reader_id)
    return list(connection.execute(asked.order_by(claim.c.asked_at.desc(), claim.c.paper_id)))
