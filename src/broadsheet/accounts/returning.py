"""What comes back to letters for signing in: to which address it belongs.

How it is read, and what it weighs against the address, is `mail.returned`'s matter.
Nobody signs in by a letter that came back, so that nothing but the address itself is touched.
"""

from datetime import datetime

from sqlalchemy import Connection

from broadsheet.accounts import store
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.returned.intake import Addressee
from broadsheet.mail.tally import domain_of


class ReturnedLetters:
    """Knows the letters of sign-ins by their ids."""

    def __init__(self, letterhead: Letterhead) -> None:
        self._host = letterhead.host

    def find(self, connection: Connection, mail_id: str) -> Addressee | None:
        """Return to whom a letter went, None for a mail that is none."""
        row = store.sign_in_by_message(connection, f"<{mail_id}@{self._host}>")
        return None if row is None else Addressee(row.address_key, domain_of(row.address))

    def bounced(self, connection: Connection, mail_id: str, words: str, now: datetime) -> None:
        """Do nothing: the reader will ask for another letter, or not."""

    def leave(self, connection: Connection, mail_id: str, now: datetime) -> None:
        """Do nothing: a letter comes only to whoever asks for it."""
