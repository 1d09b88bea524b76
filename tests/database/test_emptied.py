import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from broadsheet.database import changes
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate, revision
from broadsheet.database.schema import lease, metadata
from tests.conftest import NOON
from tests.database.emptied import empty


def test_a_used_database_is_as_good_as_new(postgresql: Database) -> None:
    with postgresql.read() as connection:
        first = revision(connection)
    with postgresql.write() as connection:
        changes.take(connection, 7)
        connection.execute(insert(lease).values(name="index", holder="a killed process", expires_at=NOON))
    empty(postgresql.engine)
    with postgresql.read() as connection:
        assert changes.last(connection) == 0
        assert revision(connection) == first
        for table in metadata.tables.values():
            assert connection.scalar(select(func.count()).select_from(table)) == 2 * (table.name == "change_counter")
    assert migrate(postgresql) == first


def test_a_transaction_that_was_left_open_holds_nobody_up(postgresql: Database) -> None:
    left = postgresql.engine.connect()
    left.execute(insert(lease).values(name="index", holder="a lost thread", expires_at=NOON))
    empty(postgresql.engine)
    with pytest.raises(OperationalError):
        left.execute(select(lease))
    left.invalidate()
    with postgresql.read() as connection:
        assert connection.execute(select(lease)).all() == []
