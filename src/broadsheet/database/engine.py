"""Opens the database and hands out transactions; knows how SQLite and PostgreSQL differ, so that no store has to.

What is asked inside a transaction is each package's own `store.py`.
A write transaction takes SQLite's write lock at its start: taking it later would fail under load instead of waiting.
"""

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from broadsheet.database import seen
from broadsheet.errors import Invalid, Unavailable

BUSY_SECONDS = 30


class Database:
    """One database; safe to share between threads, each of which gets its own connection."""

    def __init__(self, url: str) -> None:
        """Open `url`; raises `Invalid` for a URL that names no supported database. Nothing is connected yet."""
        self.url = url
        self._engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
        seen.watch(self._engine)

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and tests; stores take connections from `read` and `write`."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one snapshot; what is written on it is rolled back."""
        with self._connect() as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in a write transaction: committed at the end, rolled back if the block raises."""
        with self._connect(write=True) as connection, connection.begin():
            yield connection
            seen.raise_if_touched(connection)

    def seen(self) -> seen.Seen:
        """Return the version of what anybody may see: while it is equal, so is every page that shows only that."""
        with self.read() as connection:
            return seen.version(connection)

    def last_seen_of(self, paper_ids: Collection[int]) -> int:
        """Return the number of the last change that showed on pages of one of some papers alone."""
        with self.read() as connection:
            return seen.last_of(connection, paper_ids)

    def close(self) -> None:
        """Close every idle connection."""
        self._engine.dispose()

    @contextmanager
    def _connect(self, *, write: bool = False) -> Iterator[Connection]:
        try:
            connection = self._engine.connect()
        except OperationalError as error:
            raise Unavailable(
                f"The database does not answer: {error.orig}. Check BROADSHEET_DATABASE_URL and that the server runs.",
                value=make_url(self.url).render_as_string(hide_password=True),
            ) from error
        options: dict[str, Any] = {"broadsheet_write": write}
        if not write and not self.is_sqlite:  # SQLite's WAL gives a reader its snapshot anyway
            options["isolation_level"] = "REPEATABLE READ"
        with connection.execution_options(**options) as configured:
            yield configured


def _postgresql(url: str) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, pool_size=8)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise Invalid(
            f"BROADSHEET_DATABASE_URL cannot be used ({error}). "
            "Write postgresql+psycopg://user:password@host/name and install broadsheet[postgres].",
            field="database_url",
        ) from error


def _use_write_ahead_log(cursor: sqlite3.Cursor) -> None:
    """Switch a database to WAL; waits for another process that does the same, as SQLite itself does not here."""
    for _ in range(BUSY_SECONDS * 20):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            time.sleep(0.05)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late; `_begin` below sends it
        cursor = connection.cursor()
        _use_write_ahead_log(cursor)
        for pragma in (
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "cache_size=-65536",
            "mmap_size=1073741824",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("broadsheet_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
