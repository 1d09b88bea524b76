"""The SQL of drafts; every function works inside its caller's transaction.

A draft is written under the revision that its writer saw: whoever saw an older one changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, insert, select, update

from broadsheet.database.schema import edition, edition_correction, edition_draft, edition_draft_pick, reader
from broadsheet.editions.draft import Draft, Pick
from broadsheet.editions.spans import Span, read_time


def read(connection: Connection, span: Span, *, for_change: bool = False) -> Draft:
    """Return the draft of `span`, revision 0 where nobody saved any; `for_change` keeps it until the end."""
    asked = select(edition_draft).where(_its(edition_draft, span))
    row = connection.execute(asked.with_for_update() if for_change else asked).one_or_none()
    return Draft(span) if row is None else _draft(row, _picks(connection, span))


def write(connection: Connection, draft: Draft, now: datetime, by: int | None) -> Draft:
    """Write a draft under the revision that follows its own, and return it; `IntegrityError` for two first ones."""
    span = draft.span
    values = {
        "revision": draft.revision + 1,
        "goes_out": _written(draft.goes_out),
        "approved": draft.approved,
        "saved_at": now,
        "saved_by": by,
    }
    if draft.revision == 0:
        connection.execute(insert(edition_draft).values(period=span.period, starts_on=span.start, **values))
    else:
        connection.execute(update(edition_draft).where(_its(edition_draft, span)).values(values))
    connection.execute(delete(edition_draft_pick).where(_its(edition_draft_pick, span)))
    rows = [
        {
            "period": span.period,
            "starts_on": span.start,
            "place": n,
            "paper_id": pick.paper_id,
            "kicker": pick.kicker,
            "blurb": pick.blurb,
        }
        for n, pick in enumerate(draft.picks, start=1)
    ]
    if rows:
        connection.execute(insert(edition_draft_pick), rows)
    return read(connection, span)


def waiting(connection: Connection) -> list[Span]:
    """Return the spans that have a draft and no edition, in order."""
    out = and_(edition.c.period == edition_draft.c.period, edition.c.starts_on == edition_draft.c.starts_on)
    asked = (
        select(edition_draft.c.period, edition_draft.c.starts_on)
        .outerjoin(edition, out)
        .where(edition.c.id.is_(None))
        .order_by(edition_draft.c.starts_on, edition_draft.c.period)
    )
    return [Span(row.period, row.starts_on) for row in connection.execute(asked)]


def name_of(connection: Connection, reader_id: int) -> str | None:
    """Return the name that a reader chose, None for one who is gone."""
    return connection.execute(select(reader.c.name).where(reader.c.id == reader_id)).scalar_one_or_none()


def of_reader(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return (period, starts_on, saved_at) of the drafts that a reader saved last."""
    asked = select(edition_draft.c.period, edition_draft.c.starts_on, edition_draft.c.saved_at)
    mine = edition_draft.c.saved_by == reader_id
    return list(connection.execute(asked.where(mine).order_by(edition_draft.c.saved_at, edition_draft.c.starts_on)))


def corrections_of_reader(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return (made_at, note) of the corrections that a reader made."""
    asked = select(edition_correction.c.made_at, edition_correction.c.note)
    return list(connection.execute(asked.where(edition_correction.c.made_by == reader_id)))


def _picks(connection: Connection, span: Span) -> Sequence[Row[Any]]:
    asked = select(edition_draft_pick).where(_its(edition_draft_pick, span)).order_by(edition_draft_pick.c.place)
    return connection.execute(asked).all()


def _draft(row: Row[Any], rows: Sequence[Row[Any]]) -> Draft:
    return Draft(
        span=Span(row.period, row.starts_on),
        revision=row.revision,
        picks=tuple(Pick(one.paper_id, one.kicker, one.blurb) for one in rows),
        goes_out=read_time(row.goes_out),
        approved=row.approved,
        saved_at=row.saved_at,
        saved_by=row.saved_by,
    )


def _written(at: time | None) -> str:
    return "" if at is None else f"{at:%H:%M}"


def _its(table: Table, span: Span) -> ColumnElement[bool]:
    return and_(table.c.period == span.period, table.c.starts_on == span.start)
