import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from broadsheet.database import changes
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate, revision
from broadsheet.database.schema import lease, metadata
from tests.conftest import NOON
from tests.database.emptied import Emptied


def test_a_used_database_is_as_good_as_new(postgresql: Database, migrated_postgresql: Emptied) -> None:
    with postgresql.read() as connection:
        first = revision(connection)
    with postgresql.write() as connection:
        changes.take(connection, 7)
        connection.execute(insert(lease).values(name="index", holder="a killed process", expires_at=NOON))
    migrated_postgresql.empty()
    with postgresql.read() as connection:
        assert changes.last(connection) == 0
        assert revision(connection) == first
        for table in metadata.tables.values():
            assert connection.scalar(select(func.count()).select_from(table)) == 2 * (table.name == "change_counter")
    assert migrate(postgresql) == first


def test_a_transaction_that_was_left_open_holds_nobody_up(postgresql: Database, migrated_postgresql: Emptied) -> None:
    left = postgresql.engine.connect()
    left.execute(insert(lease).values(name="index", holder="a lost thread", expires_at=NOON))
    migrated_postgresql.empty()
    with pytest.raises(OperationalError):
        left.execute(select(lease))
    left.invalidate()
    with postgresql.read() as connection:
        assert connection.execute(select(lease)).all() == []


def test_whoever_else_is_connected_is_sent_away(postgresql: Database, migrated_postgresql: Emptied) -> None:
    other = Database(postgresql.url)
    with other.write() as connection:
        connection.execute(insert(lease).values(name="index", holder="another process", expires_at=NOON))
        with postgresql.read() as own:
            before = own.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
        migrated_postgresql.empty()
        with pytest.raises(OperationalError):
            connection.execute(select(lease))
        connection.invalidate()
        connection.rollback()
    with postgresql.read() as own:
        assert own.connection.dbapi_connection.info.backend_pid == before, "what is kept is kept"  # type: ignore[union-attr]
