"""Ends a subscription, whoever says so: its page, a mail program's button, a mail to unsubscribe, or a complaint.

Who may say so is the callers' matter.
Address and searches are forgotten in the same transaction in which mails that wait are withdrawn.
"""

from datetime import datetime

from sqlalchemy import Connection

from broadsheet.digests import delivery_store, mutes_store, saved_store, store


def end(connection: Connection, subscription_id: int, now: datetime) -> None:
    """Stop all mails at once and forget the address."""
    store.set_subscription(connection, subscription_id, {"state": "ended", "ended_at": now, "address": ""})
    saved_store.forget(connection, subscription_id)
    mutes_store.forget(connection, subscription_id)
    delivery_store.withdraw(connection, now, subscription_id)
