"""What comes back to digests and letters: to which delivery it belongs, and what becomes of that and its subscription.

How it is read, and what it weighs against the address, is `mail.returned`'s matter.
Who complains has taken consent back: the subscription ends, and starts again only when its mailbox confirms anew.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select, update

from broadsheet.database.schema import delivery, subscription
from broadsheet.digests import leaving
from broadsheet.digests.deliveries import Event, sources
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.returned.intake import Addressee
from broadsheet.mail.tally import domain_of


class ReturnedDigests:
    """Knows the mails of subscriptions by their ids."""

    def __init__(self, letterhead: Letterhead) -> None:
        self._host = letterhead.host

    def find(self, connection: Connection, mail_id: str) -> Addressee | None:
        """Return to whom a mail went, None for one that is no digest and no letter."""
        row = self._row(connection, mail_id)
        return None if row is None else Addressee(row.address_key, domain_of(row.address))

    def bounced(self, connection: Connection, mail_id: str, words: str, now: datetime) -> None:
        """Settle the delivery as bounced: nobody has read its papers."""
        row = self._row(connection, mail_id)
        moves = sources(Event.COME_BACK)
        if row is None or row.state not in moves:
            return
        target = case({state.value: to.value for state, to in moves.items()}, value=delivery.c.state)
        still = (delivery.c.id == row.id, delivery.c.state.in_(list(moves)))
        connection.execute(update(delivery).where(*still).values(state=target, note=words, settled_at=now))

    def leave(self, connection: Connection, mail_id: str, now: datetime) -> None:
        """End the subscription; one that has ended stays as it is."""
        row = self._row(connection, mail_id)
        if row is not None and row.subscribed != "ended":
            leaving.end(connection, row.subscription_id, now)

    def _row(self, connection: Connection, mail_id: str) -> Row[Any] | None:
        columns = (
            delivery.c.id,
            delivery.c.state,
            delivery.c.subscription_id,
            subscription.c.address_key,
            subscription.c.address,
            subscription.c.state.label("subscribed"),
        )
        which = delivery.c.message_id == f"<{mail_id}@{self._host}>"
        joined = select(*columns).join(subscription, subscription.c.id == delivery.c.subscription_id)
        return connection.execute(joined.where(which).limit(1)).one_or_none()
