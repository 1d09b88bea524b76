"""The SQL of subscriptions and of queueing; every function works inside its caller's transaction.

What becomes of a delivery that is queued is `delivery_store`'s matter.
Here is decided nothing: who is due, and what is chosen for whom, come from the callers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from broadsheet.database.schema import delivery, delivery_paper, paper, subscription
from broadsheet.digests.deliveries import MAILED, State
from broadsheet.mail.suppression import allowed

_BEGUN = {"state": State.QUEUED, "attempts": 0, "note": ""}
_ADDRESS_KEY: Column[str] = subscription.c.address_key


@dataclass(frozen=True, slots=True)
class Member:
    """What of a subscription decides what it gets."""

    id: int
    size: int
    sections: tuple[str, ...]
    beside: bool
    even_empty: bool


def by_key(connection: Connection, address_key: str) -> Row[Any] | None:
    """Return the subscription of an address."""
    return connection.execute(select(subscription).where(subscription.c.address_key == address_key)).one_or_none()


def by_id(connection: Connection, subscription_id: int) -> Row[Any] | None:
    """Return a subscription."""
    return connection.execute(select(subscription).where(subscription.c.id == subscription_id)).one_or_none()


def add_subscription(connection: Connection, values: Mapping[str, object]) -> int:
    """Insert a subscription and return its id."""
    return int(connection.execute(insert(subscription).values(**values).returning(subscription.c.id)).scalar_one())


def set_subscription(connection: Connection, subscription_id: int, values: Mapping[str, object]) -> None:
    """Change columns of a subscription."""
    connection.execute(update(subscription).where(subscription.c.id == subscription_id).values(**values))


def count_states(connection: Connection) -> dict[str, int]:
    """Return how many subscriptions are in each state."""
    rows = connection.execute(select(subscription.c.state, func.count().label("number")).group_by(subscription.c.state))
    return {row.state: row.number for row in rows}


def rhythms(connection: Connection) -> list[Row[Any]]:
    """Return each (timezone, hour, days, weekday) that some confirmed subscription has chosen."""
    chosen = (subscription.c.timezone, subscription.c.hour, subscription.c.days, subscription.c.weekday)
    return list(connection.execute(select(*chosen).where(subscription.c.state == "confirmed").distinct()))


def without_delivery(rhythm: Row[Any], occasion: str, day: date) -> ColumnElement[bool]:
    """Return the condition of subscriptions of one rhythm that have no delivery for `occasion` yet.

    They are confirmed, and do not rest on the `day` of its edition.
    """
    had = select(delivery.c.id).where(
        delivery.c.subscription_id == subscription.c.id, delivery.c.kind == "digest", delivery.c.occasion == occasion
    )
    return and_(
        subscription.c.state == "confirmed",
        subscription.c.timezone == rhythm.timezone,
        subscription.c.hour == rhythm.hour,
        subscription.c.days == rhythm.days,
        subscription.c.weekday == rhythm.weekday,
        or_(
            subscription.c.paused_until.is_(None), subscription.c.paused_until <= day, subscription.c.paused_from > day
        ),
        allowed(_ADDRESS_KEY),
        ~had.exists(),
    )


def readers(connection: Connection, which: ColumnElement[bool], limit: int) -> list[Member]:
    """Return what decides what subscriptions get that meet a condition."""
    columns = (getattr(subscription.c, name) for name in ("id", "size", "sections", "beside", "even_empty"))
    rows = connection.execute(select(*columns).where(which).order_by(subscription.c.id).limit(limit))
    return [Member(row.id, row.size, tuple(row.sections.split(",")), row.beside, row.even_empty) for row in rows]


def mailed(
    connection: Connection, subscription_ids: Sequence[int], paper_ids: Sequence[int], came_since: datetime
) -> dict[int, set[int]]:
    """Return what each subscription was ever sent, or is about to be, of `paper_ids` and of what came in since."""
    looked_at = or_(paper.c.id.in_(paper_ids), paper.c.first_seen_at > came_since)
    statement = (
        select(delivery.c.subscription_id, delivery_paper.c.paper_id)
        .join(delivery_paper, delivery_paper.c.delivery_id == delivery.c.id)
        .join(paper, paper.c.id == delivery_paper.c.paper_id)
        .where(delivery.c.subscription_id.in_(subscription_ids), delivery.c.state.in_(MAILED), looked_at)
    )
    found: dict[int, set[int]] = {}
    for subscription_id, paper_id in connection.execute(statement):
        found.setdefault(subscription_id, set()).add(paper_id)
    return found


def add_delivery(connection: Connection, values: Mapping[str, object]) -> None:
    """Insert a delivery without papers."""
    connection.execute(insert(delivery).values(**_BEGUN, **values))


def add_deliveries(
    connection: Connection,
    occasion: str,
    rows: Sequence[tuple[Mapping[str, object], Iterable[tuple[int, int | None]]]],
) -> None:
    """Insert digests of one occasion, each with its papers in order: a paper's number, and that of what found it."""
    if not rows:
        return
    shared = _BEGUN | {"kind": "digest", "occasion": occasion}
    connection.execute(insert(delivery), [shared | dict(values) for values, _ in rows])
    # Numbers that the database gives are read back by the unique key: to return them row by row takes thrice as long.
    its = delivery.c.subscription_id.in_([values["subscription_id"] for values, _ in rows])
    same = and_(delivery.c.kind == "digest", delivery.c.occasion == occasion, its)
    numbers = {
        row.subscription_id: row.id
        for row in connection.execute(select(delivery.c.subscription_id, delivery.c.id).where(same))
    }
    content = [
        {"delivery_id": numbers[values["subscription_id"]], "paper_id": paper_id, "place": place, "find_id": find_id}
        for values, papers in rows
        for place, (paper_id, find_id) in enumerate(papers)
    ]
    if content:
        connection.execute(insert(delivery_paper), content)
