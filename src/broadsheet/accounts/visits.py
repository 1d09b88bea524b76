"""Visits: when a reader was here before, so that a page can say what came in since.

Of readers who are not signed in nothing is kept. Two moments are all that there is of a reader who is: when the visit
before ended, and when this one was last seen; no page and no path among them.
"""

from datetime import datetime, timedelta
from typing import Any

from broadsheet.accounts import store
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.logs import get_logger

A_VISIT = timedelta(minutes=30)  # without a page for so long, and the next one begins another visit
_OFTEN = timedelta(minutes=5)  # how exactly the end of a visit is known: a write for every page would be too many

_log = get_logger("accounts")


class Visits:
    """The visits of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def since(self, reader_id: int) -> datetime | None:
        """Note that a reader is here now, and return when the visit before this one ended; None at the first.

        A database that cannot be written to at this moment costs the note and not the page.
        """
        now = self._clock.now()
        with self._database.read() as connection:
            row = store.visit(connection, reader_id)
        if row is not None and now - row.last_at < _OFTEN:
            held: datetime | None = row.before_at
            return held
        ended = row is not None and now - row.last_at >= A_VISIT
        before: datetime | None = None if row is None else row.last_at if ended else row.before_at
        try:
            with self._database.write() as connection:
                store.set_visit(connection, reader_id, now, before)
        except Unavailable as error:
            _log.warning("accounts.visit_not_noted", reader=reader_id, error=error.message)
        return before

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return what is kept of a reader's visits, ready for JSON."""
        with self._database.read() as connection:
            row = store.visit(connection, reader_id)
        if row is None:
            return []
        return [{"last_at": row.last_at.isoformat(), "before_at": row.before_at and row.before_at.isoformat()}]
