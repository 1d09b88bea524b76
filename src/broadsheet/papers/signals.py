"""Observations about papers over time, such as upvotes elsewhere; what they are worth is `trending`'s matter.

Readings are kept as they were seen: a count that fell is not corrected here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import signal as table
from broadsheet.papers import store
from broadsheet.papers.records import Signal


class SignalLog:
    """Keeps and gives back signals."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, paper_id: int, signals: Iterable[Signal]) -> None:
        """Keep `signals` of a paper; one of the same kind and moment again overwrites the first."""
        with self._database.write() as connection:
            store.write_signals(connection, ((paper_id, one) for one in signals))

    def most_counted(self, limit: int) -> list[int]:
        """Return the papers with the highest counts of any kind of signal, the highest first."""
        highest = func.max(table.c.value)
        asked = select(table.c.paper_id).group_by(table.c.paper_id).order_by(highest.desc(), table.c.paper_id.desc())
        with self._database.read() as connection:
            return list(connection.scalars(asked.limit(limit)))

    def of(self, paper_ids: Sequence[int], until: datetime | None = None) -> dict[int, list[Signal]]:
        """Return the signals of each paper that has any, oldest first, none observed after `until` (default: now)."""
        moment = until or self._clock.now()
        with self._database.read() as connection:
            every = store.signals(connection, paper_ids)
        seen = {paper_id: [one for one in told if one.observed_at <= moment] for paper_id, told in every.items()}
        return {paper_id: told for paper_id, told in seen.items() if told}


def keep(connection: Connection, paper_id: int, signals: Iterable[Signal]) -> None:
    """Keep `signals` of a paper within a caller's transaction: what is counted here is told as it changes."""
    store.write_signals(connection, ((paper_id, one) for one in signals))


def stir(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Have trending look at papers again within a caller's transaction: something that it counts changed elsewhere."""
    store.mark_unweighed(connection, paper_ids)
