import subprocess
import sys
from pathlib import Path

import pytest
import zstandard
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from broadsheet.clock import FixedClock
from broadsheet.database import migration
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate, revision
from broadsheet.database.schema import metadata
from broadsheet.errors import Conflict
from broadsheet.papers import store, wire
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.merging import combine
from broadsheet.papers.remerging import Remerging
from tests.conftest import NOON
from tests.invented import record


def test_the_replayed_migrations_give_the_declared_schema(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing_and_waits_for_no_writer(database: Database) -> None:
    with database.write() as connection:
        assert migrate(database) == revision(connection)


def test_the_newest_revision_is_in_the_file_that_sorts_last() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [migration._NEWEST]


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


def test_what_the_first_edition_stored_is_there_after_the_upgrade_and_is_merged_anew(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    told = record(1)
    row = {"source": told.source, "key": told.key, "digest": "d", "received_at": NOON.isoformat()}
    packed = {
        name: zstandard.compress(text.encode()) for name, text in (("record", wire.dumps(told)), ("payload", "{}"))
    }
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("UPDATE change_counter SET last = 1"))
        there = {column[1] for column in connection.execute(text("PRAGMA table_info(paper)"))}
        paper = {"id": 1, "first_seen_at": NOON, **store.row_of(combine([told]), 1, NOON)}
        known = {name: value for name, value in paper.items() if name in there}
        connection.execute(insert(metadata.tables["paper"]).values(known))
        connection.execute(
            text(
                "INSERT INTO source_record (source, key, paper_id, work_key, digest, record, payload, received_at) "
                "VALUES (:source, :key, 1, 'k', :digest, :record, :payload, :received_at)"
            ),
            {**row, **packed},
        )
    migrate(database)
    clock = FixedClock(NOON)
    catalogue = Catalogue(database, clock)
    assert [one.title for one in catalogue.records_of(1)] == [told.title]
    assert [one.changed for one in Remerging(database, clock).run()] == [(1,)]  # its identifiers are written now
    other = record(1, source="journal", key="j", identifiers=())
    assert catalogue.add([other]).paper_ids == (1,)


def test_who_was_subscribed_before_there_were_sections_keeps_what_came(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    row = "(id, address, address_key, state, token_key, size, hour, timezone, days, edition, created_at, asked_at)"
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0015_returned")
        for n, edition in ((1, 1), (2, 0)):
            values = f"({n}, 'r{n}', 'r{n}', 'confirmed', 'k', 9, 7, 'UTC', 'daily', {edition}, '{NOON}', '{NOON}')"
            connection.execute(text(f"INSERT INTO subscription {row} VALUES {values}"))  # noqa: S608 - invented
        saved = f"(2, 'q=salt', 'salt', '{NOON}', '{NOON}')"
        names = "(subscription_id, question, title, created_at, confirmed_at)"
        connection.execute(text(f"INSERT INTO saved_search {names} VALUES {saved}"))  # noqa: S608 - invented
    migrate(database)
    with database.read() as connection:
        rows = connection.execute(text("SELECT sections, beside, weekday, locale FROM subscription ORDER BY id")).all()
        kept = connection.execute(text("SELECT count(*) FROM saved_search")).scalar_one()
    followed = "topics,searches,authors,categories"
    assert [tuple(one) for one in rows] == [(f"picks,trending,sent,new,{followed}", 1, 0, "en"), (followed, 1, 0, "en")]
    assert kept == 1
