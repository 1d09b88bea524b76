import pytest
from sqlalchemy import insert

from broadsheet.database import direct
from broadsheet.database.engine import Database
from broadsheet.database.schema import change_counter


def test_rows_are_read_by_their_numbers_within_one_transaction(database: Database) -> None:
    asked = "SELECT id, last FROM change_counter WHERE id IN (%s) ORDER BY id"
    with database.write() as connection:
        connection.execute(insert(change_counter), [{"id": 71, "last": 1}, {"id": 72, "last": 2}])
    with database.read() as connection:
        assert [tuple(row) for row in direct.told(connection, asked, direct.among([72, 71, 99]))] == [(71, 1), (72, 2)]
        assert connection.in_transaction()
        with database.write() as other:
            other.execute(insert(change_counter), [{"id": 73, "last": 3}])
        assert [tuple(row) for row in direct.told(connection, asked, direct.among([73]))] == []


def test_nothing_but_whole_numbers_gets_into_a_statement() -> None:
    assert direct.among([3, 1]) == "3,1"
    with pytest.raises(ValueError, match="invalid literal"):
        direct.among(["1) OR (1=1"])  # type: ignore[list-item]
