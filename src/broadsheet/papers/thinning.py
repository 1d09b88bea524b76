"""Thins old series: of each day two months past it leaves, of a kind, the first observation and the highest.

What observations are worth is `trending`'s matter: nothing that it can still look at is thinned, and neither the start
of a series nor what it reached is lost.
"""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, delete, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import instance, signal

KEPT_WHOLE = timedelta(days=62)  # trending looks back sixty days
_A_DAY = timedelta(days=1)
_NAME = "signals_thinned"


class Thinning:
    """Thins the series of one database, a day at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, days: int = 31) -> int:
        """Thin the next days that are due, and return how many observations went."""
        gone = 0
        for _ in range(days):
            thinned = self._step()
            if thinned is None:
                break
            gone += thinned
        return gone

    def _step(self) -> int | None:
        """Thin one day; None where none is due. A day is one transaction with the place that was reached."""
        last = self._clock.now() - KEPT_WHOLE
        with self._database.read() as connection:
            day = _next(connection)
        if day is None or _midnight(day + _A_DAY) > last:
            return None
        with self._database.write() as connection:
            if _next(connection) != day:
                return 0  # another process did it meanwhile
            gone = _thin(connection, _midnight(day), _midnight(day + _A_DAY))
            _reached(connection, day)
        return gone


def _next(connection: Connection) -> date | None:
    reached = connection.scalar(select(instance.c.value).where(instance.c.name == _NAME))
    after = _midnight(date.fromisoformat(reached) + _A_DAY) if reached else None
    asked = select(func.min(signal.c.observed_at))
    first = connection.scalar(asked.where(signal.c.observed_at >= after) if after else asked)
    return first.date() if first else None


def _thin(connection: Connection, since: datetime, until: datetime) -> int:
    other = signal.alias()
    same = (
        other.c.paper_id == signal.c.paper_id,
        other.c.kind == signal.c.kind,
        other.c.observed_at >= since,
        other.c.observed_at < until,
    )
    as_high_later = (other.c.value == signal.c.value) & (other.c.observed_at > signal.c.observed_at)
    higher = exists().where(*same, or_(other.c.value > signal.c.value, as_high_later))
    earlier = exists().where(*same, other.c.observed_at < signal.c.observed_at)
    its_day = (signal.c.observed_at >= since, signal.c.observed_at < until)
    return connection.execute(delete(signal).where(*its_day, higher, earlier)).rowcount


def _reached(connection: Connection, day: date) -> None:
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(instance)
    row = made.values(name=_NAME, value=day.isoformat())
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value}))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
