"""Sessions: who is signed in on which browser, and until when.

The cookie that holds a token is the web door's matter.
A session begins with a token that nobody had before: one that a browser brought along is ended, never taken over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.accounts import store
from broadsheet.accounts.hashed import hash_of, new_token
from broadsheet.accounts.reader import Reader
from broadsheet.accounts.readers import reader
from broadsheet.clock import Clock
from broadsheet.database.engine import Database

LASTING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser; `here` is the one that asks."""

    began_at: datetime
    ends_at: datetime
    here: bool


class Sessions:
    """The sessions of one database; `token` is always what a cookie holds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(self, reader_id: int, before: str = "") -> str:
        """Begin a session and return its token; `before` is the token that the browser held, which ends."""
        now = self._clock.now()
        token = new_token()
        values = {"reader_id": reader_id, "token_hash": hash_of(token), "created_at": now, "expires_at": now + LASTING}
        with self._database.write() as connection:
            if before:
                store.end_session(connection, hash_of(before))
            store.add_session(connection, values)
        return token

    def reader(self, token: str) -> Reader | None:
        """Return who is signed in with `token`, as they are now; None for nobody."""
        with self._database.read() as connection:
            row = store.reader_of_session(connection, hash_of(token), self._clock.now())
        return None if row is None else reader(row)

    def of(self, reader_id: int, here: str = "") -> list[Session]:
        """Return a reader's sessions, the newest first; `here` is the token of the one that asks."""
        mine = hash_of(here)
        with self._database.read() as connection:
            rows = store.sessions(connection, reader_id, self._clock.now())
        return [Session(row.created_at, row.expires_at, row.token_hash == mine) for row in rows]

    def end(self, token: str) -> None:
        """End one session; a second time changes nothing."""
        with self._database.write() as connection:
            store.end_session(connection, hash_of(token))

    def end_all(self, reader_id: int) -> int:
        """End a reader's sessions everywhere, and return how many there were."""
        with self._database.write() as connection:
            return store.end_sessions(connection, reader_id)

    def forget_old(self) -> int:
        """Delete sessions that are over, and return how many."""
        with self._database.write() as connection:
            return store.forget_sessions(connection, self._clock.now())
