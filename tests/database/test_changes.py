from broadsheet.database import changes
from broadsheet.database.engine import Database


def test_numbers_follow_one_another(database: Database) -> None:
    with database.write() as connection:
        assert changes.take(connection) == 1
        assert changes.take(connection, 3) == 2
    with database.read() as connection:
        assert changes.last(connection) == 4
