"""The SQL of subscriptions that go to another address, and of those that accounts own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from broadsheet.database.schema import (
    address_move,
    delivery,
    delivery_paper,
    owned_subscription,
    reader,
    search_find,
    subscription,
)
from broadsheet.digests.deliveries import SETTLED


def move_of(connection: Connection, subscription_id: int) -> Row[Any] | None:
    """Return the move of a subscription that is asked for."""
    asked = select(address_move).where(address_move.c.subscription_id == subscription_id)
    return connection.execute(asked).one_or_none()


def move_to(connection: Connection, to_id: int) -> Row[Any] | None:
    """Return the newest move whose new address this subscription stands for."""
    asked = select(address_move).where(address_move.c.to_id == to_id).order_by(address_move.c.asked_at.desc()).limit(1)
    return connection.execute(asked).one_or_none()


def begin(connection: Connection, subscription_id: int, to_id: int, now: datetime) -> None:
    """Insert a move in place of the one before it."""
    connection.execute(delete(address_move).where(address_move.c.subscription_id == subscription_id))
    connection.execute(insert(address_move).values(subscription_id=subscription_id, to_id=to_id, asked_at=now))


def call_off(connection: Connection, to_id: int) -> None:
    """Delete the moves to a subscription whose address wants it for its own."""
    connection.execute(delete(address_move).where(address_move.c.to_id == to_id))


def say(connection: Connection, subscription_id: int, values: Mapping[str, object]) -> None:
    """Write down what a mailbox said."""
    connection.execute(update(address_move).where(address_move.c.subscription_id == subscription_id).values(**values))


def delete_subscription(connection: Connection, subscription_id: int) -> None:
    """Delete a subscription with all that hangs on it."""
    connection.execute(delete(subscription).where(subscription.c.id == subscription_id))


def part_with_mails(connection: Connection, subscription_id: int) -> None:
    """Take their ids from mails that have gone out: what still comes back to them says nothing of the new mailbox."""
    gone = and_(delivery.c.subscription_id == subscription_id, delivery.c.state.in_(SETTLED))
    connection.execute(update(delivery).where(gone).values(message_id=""))


def own(connection: Connection, subscription_id: int, reader_id: int, now: datetime) -> None:
    """Give a subscription to an account, and take it from another."""
    connection.execute(delete(owned_subscription).where(owned_subscription.c.subscription_id == subscription_id))
    row = {"subscription_id": subscription_id, "reader_id": reader_id, "since": now}
    connection.execute(insert(owned_subscription).values(**row))


def disown(connection: Connection, subscription_id: int, reader_id: int) -> None:
    """Take a subscription from an account."""
    its = (owned_subscription.c.subscription_id == subscription_id) & (owned_subscription.c.reader_id == reader_id)
    connection.execute(delete(owned_subscription).where(its))


def owned(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return the confirmed subscriptions of an account: that of its address first, then those it has taken in."""
    taken_in = select(owned_subscription.c.subscription_id).where(owned_subscription.c.reader_id == reader_id)
    key = select(reader.c.address_key).where(reader.c.id == reader_id).scalar_subquery()
    its = or_(subscription.c.address_key == key, subscription.c.id.in_(taken_in))
    asked = select(subscription).where(its, subscription.c.state == "confirmed")
    return list(connection.execute(asked.order_by(subscription.c.address_key != key, subscription.c.id)))


def deliveries(connection: Connection, subscription_id: int) -> list[Row[Any]]:
    """Return the mails of a subscription, oldest first."""
    asked = select(delivery).where(delivery.c.subscription_id == subscription_id).order_by(delivery.c.id)
    return list(connection.execute(asked))


def papers_sent(connection: Connection, subscription_id: int) -> list[Row[Any]]:
    """Return (delivery_id, paper_id, question) of all that stood in mails of a subscription, in order."""
    asked = (
        select(delivery_paper.c.delivery_id, delivery_paper.c.paper_id, search_find.c.question)
        .join(delivery, delivery.c.id == delivery_paper.c.delivery_id)
        .outerjoin(search_find, search_find.c.id == delivery_paper.c.find_id)
        .where(delivery.c.subscription_id == subscription_id)
        .order_by(delivery_paper.c.delivery_id, delivery_paper.c.place)
    )
    return list(connection.execute(asked))
