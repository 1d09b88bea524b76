"""How often something may be asked: a count in a window that begins with the first time.

What is limited, and how far, the caller says. Who asked is kept as a keyed hash and no longer than the window:
a copied table names neither an address nor a client.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from broadsheet.accounts import store
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import TooMany

LONGEST_WINDOW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` times within `window`; `what` is said to whoever asks more often, as in "letters to one address"."""

    name: str
    what: str
    most: int
    window: timedelta


class Allowances:
    """Counts what was asked; shared by all processes of an instance, as it is kept in the database."""

    def __init__(self, database: Database, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret

    def take(self, asked: Iterable[tuple[Limit, str]]) -> None:
        """Count one more for each (limit, by whom); raises `TooMany`, and then none is counted."""
        with self._database.write() as connection:
            for limit, whom in asked:
                self._take(connection, limit, whom)

    def forget_old(self) -> int:
        """Delete the counts whose windows are over, and return how many."""
        with self._database.write() as connection:
            return store.forget_allowances(connection, self._clock.now() - LONGEST_WINDOW)

    def _take(self, connection: Connection, limit: Limit, whom: str) -> None:
        now = self._clock.now()
        text = f"{limit.name}\0{whom}".encode("utf-8", "replace")
        key = hmac.new(self._secret, b"allowance\0" + text, hashlib.sha256).hexdigest()
        began, used = store.take_allowance(connection, key, now, now - limit.window)
        if used > limit.most:
            wait = (began + limit.window - now).total_seconds()
            minutes = max(1, round(wait / 60))
            raise TooMany(
                f"That is more than {limit.most} {limit.what}. Try again in {minutes} minute{'s' * (minutes != 1)}.",
                retry_after=max(wait, 1.0),
            )
