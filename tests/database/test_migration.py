import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate, revision
from broadsheet.database.schema import metadata
from broadsheet.errors import Conflict


def test_the_replayed_migrations_give_the_declared_schema(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.read() as connection:
        before = revision(connection)
    assert migrate(database) == before


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="newer Broadsheet"):
        migrate(database)


def test_two_processes_that_start_at_once_take_turns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    program = (
        "import sys; from broadsheet.database.engine import Database; "
        "from broadsheet.database.migration import migrate; print(migrate(Database(sys.argv[1])))"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", program, url], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert len(said) == 1
