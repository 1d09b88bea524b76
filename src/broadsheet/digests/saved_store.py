"""The SQL of saved searches and of what they found; every function works inside its caller's transaction.

Only confirmed searches are asked and told of in mails: each query for them says so itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from broadsheet.database.schema import delivery, delivery_paper, saved_search, search_find, subscription
from broadsheet.digests.saved import SavedSearch


def searches(connection: Connection, subscription_id: int) -> list[SavedSearch]:
    """Return the searches of a subscription, waiting ones too, oldest first."""
    rows = connection.execute(
        select(saved_search).where(saved_search.c.subscription_id == subscription_id).order_by(saved_search.c.id)
    )
    return [SavedSearch(row.id, row.question, row.title, row.created_at, row.confirmed_at) for row in rows]


def add(connection: Connection, values: Mapping[str, object]) -> None:
    """Insert a search."""
    connection.execute(insert(saved_search).values(**values))


def confirm(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Confirm searches."""
    connection.execute(update(saved_search).where(saved_search.c.id.in_(ids)).values(confirmed_at=now))


def drop(connection: Connection, ids: Sequence[int]) -> None:
    """Delete searches."""
    connection.execute(delete(saved_search).where(saved_search.c.id.in_(ids)))


def forget(connection: Connection, subscription_id: int) -> None:
    """Delete every search of a subscription."""
    connection.execute(delete(saved_search).where(saved_search.c.subscription_id == subscription_id))


def questions(connection: Connection, readers: ColumnElement[bool]) -> list[str]:
    """Return each distinct question that those readers, a condition on `subscription`, have confirmed."""
    asked = (
        select(saved_search.c.question)
        .join(subscription, subscription.c.id == saved_search.c.subscription_id)
        .where(saved_search.c.confirmed_at.is_not(None), readers)
        .distinct()
    )
    return sorted(connection.execute(asked).scalars())


def confirmed(connection: Connection, subscription_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Return (subscription_id, question, title, created_at) of each subscription's confirmed searches, oldest first."""
    columns = (getattr(saved_search.c, name) for name in ("subscription_id", "question", "title", "created_at"))
    asked = select(*columns).where(
        saved_search.c.subscription_id.in_(subscription_ids), saved_search.c.confirmed_at.is_not(None)
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(asked.order_by(saved_search.c.id)):
        found.setdefault(row.subscription_id, []).append(row)
    return found


def last_digests(connection: Connection, subscription_ids: Sequence[int], states: Sequence[str]) -> dict[int, datetime]:
    """Return when the newest digest in one of these states was queued for each subscription."""
    asked = (
        select(delivery.c.subscription_id, func.max(delivery.c.queued_at).label("queued_at"))
        .where(
            delivery.c.subscription_id.in_(subscription_ids),
            delivery.c.kind == "digest",
            delivery.c.state.in_(states),
        )
        .group_by(delivery.c.subscription_id)
    )
    return {row.subscription_id: row.queued_at for row in connection.execute(asked)}


def add_finds(connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert what questions found, and return the numbers in the order of the rows."""
    made = insert(search_find).returning(search_find.c.id, sort_by_parameter_order=True)
    return list(connection.execute(made, rows).scalars()) if rows else []


def drop_finds(connection: Connection, before: datetime) -> None:
    """Delete what was found before a moment: mails of then are long settled."""
    connection.execute(delete(search_find).where(search_find.c.found_at < before))


def contents(connection: Connection, delivery_ids: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    """Return (paper_id, question, reason, title) of each digest in order; the last three are None for an edition's.

    What a search found that was dropped since is left out.
    """
    asked = (
        select(
            delivery_paper.c.delivery_id,
            delivery_paper.c.paper_id,
            search_find.c.question,
            search_find.c.reason,
            saved_search.c.title,
        )
        .join(delivery, delivery.c.id == delivery_paper.c.delivery_id)
        .outerjoin(search_find, search_find.c.id == delivery_paper.c.find_id)
        .outerjoin(
            saved_search,
            (saved_search.c.subscription_id == delivery.c.subscription_id)
            & (saved_search.c.question == search_find.c.question)
            & saved_search.c.confirmed_at.is_not(None),
        )
        .where(
            delivery_paper.c.delivery_id.in_(delivery_ids),
            delivery_paper.c.find_id.is_(None) | saved_search.c.id.is_not(None),
        )
    )
    found: dict[int, list[tuple[Any, ...]]] = {number: [] for number in delivery_ids}
    for number, *row in connection.execute(asked.order_by(delivery_paper.c.delivery_id, delivery_paper.c.place)):
        found[number].append(tuple(row))
    return found
