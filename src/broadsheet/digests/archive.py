"""Digests that went out, to be read on the web by whoever has the link out of the mail.

What a digest holds was chosen when it was queued and is read from its rows; how it looks is the page's matter.
The link shows the mails of one subscription and nothing else of it: a mail may be passed on.
"""

from datetime import date

from broadsheet.database.engine import Database
from broadsheet.digests import delivery_store, saved_store
from broadsheet.digests.composing import Composer, occasion
from broadsheet.digests.selection import Selection
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.errors import NotFound


class Archive:
    """Reads what was sent."""

    def __init__(self, database: Database, subscriptions: Subscriptions, composer: Composer) -> None:
        self._database, self._subscriptions, self._composer = database, subscriptions, composer

    def of(self, token: str, day: date) -> Selection:
        """Return what the digest of a day held, with papers as they are now.

        What searches and topics had found is kept for a month. Raises `Invalid` for a token that does not hold,
        `NotFound` where no digest of that day was sent or nothing of it can be shown any more.
        """
        reader = self._subscriptions.reading(token)
        with self._database.read() as connection:
            number = delivery_store.sent(connection, reader.id, occasion(day))
            lines = saved_store.contents(connection, [number])[number] if number else []
        shown = self._composer.selection(day, lines, reader.choices) if lines else None
        if shown is None:
            raise NotFound(
                f"There is no mail of {day} to show. Its papers stand on the page of that day.", value=str(day)
            )
        return shown
