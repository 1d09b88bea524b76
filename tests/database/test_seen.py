from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update

from broadsheet.database import changes, seen
from broadsheet.database.engine import Database
from broadsheet.database.schema import instance, lease, metadata

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_every_kind_of_change_raises_the_version_once(database: Database) -> None:
    for statement in (
        insert(instance).values(name="a", value="1"),
        update(instance).values(value="2"),
        delete(instance),
        text("INSERT INTO instance (name, value) VALUES ('b', '3')"),
    ):
        before = database.seen()
        with database.write() as connection:
            connection.execute(statement)
            connection.execute(update(instance).values(value="4"))
        assert database.seen() == before + 1


def test_changes_of_papers_count_however_they_are_written(database: Database) -> None:
    before = database.seen()
    with database.write() as connection:
        changes.take(connection, 0)
    assert database.seen() == before
    with database.write() as connection:
        changes.take(connection)
    assert database.seen() == before + 1


def test_what_pages_do_not_show_leaves_it(database: Database) -> None:
    before = database.seen()
    with database.write() as connection:
        connection.execute(insert(lease).values(name="index", holder="x", expires_at=NOON))
        connection.execute(select(lease))
        connection.execute(text("SELECT 1"))
    assert database.seen() == before


def test_a_change_that_is_rolled_back_leaves_it(database: Database) -> None:
    before = database.seen()

    def fail() -> None:
        with database.write() as connection:
            connection.execute(insert(instance).values(name="a", value="1"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    with database.write() as connection:  # on the same connection, which must have forgotten
        connection.execute(select(instance))
    assert database.seen() == before


def test_a_reader_sees_data_and_version_together(database: Database) -> None:
    with database.read() as reader:
        before = seen.version(reader)
        with database.write() as writer:
            writer.execute(insert(instance).values(name="a", value="1"))
        assert seen.version(reader) == before
    assert database.seen() == before + 1


def test_only_tables_that_there_are_are_named(database: Database) -> None:
    assert set(metadata.tables) >= seen.UNSEEN
