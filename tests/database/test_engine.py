import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from broadsheet.database.engine import Database
from broadsheet.database.schema import instance, lease
from broadsheet.errors import Invalid, Unavailable


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(instance.c.name).order_by(instance.c.name)).scalars())


def test_a_block_that_raises_stores_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as connection:
            connection.execute(insert(instance).values(name="half", value="stored"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_and_fail()
    assert _names(database) == []


def test_a_reader_sees_one_snapshot(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(select(instance.c.name)).all() == []
        with database.write() as writer:
            writer.execute(insert(instance).values(name="late", value="1"))
        assert reader.execute(select(instance.c.name)).all() == []
    assert _names(database) == ["late"]


def test_writers_wait_for_each_other(database: Database) -> None:
    def write(n: int) -> None:
        with database.write() as connection:
            taken = len(connection.execute(select(instance.c.name)).all())
            connection.execute(insert(instance).values(name=f"{n}", value=str(taken)))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _names(database) == [str(n) for n in range(8)]


def test_moments_come_back_in_utc_and_sort_by_time(database: Database) -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    same = noon.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with database.write() as connection:
        connection.execute(
            insert(lease),
            [
                {"name": "later", "holder": "x", "expires_at": noon + timedelta(microseconds=1)},
                {"name": "noon", "holder": "x", "expires_at": same},
            ],
        )
        rows = connection.execute(select(lease.c.name, lease.c.expires_at).order_by(lease.c.expires_at)).all()
    assert [(row.name, row.expires_at) for row in rows] == [
        ("noon", noon),
        ("later", noon + timedelta(microseconds=1)),
    ]


def test_a_naive_moment_is_a_programming_error(database: Database) -> None:
    naive = datetime(2026, 1, 15, 12)  # noqa: DTZ001
    with pytest.raises(Exception, match="time zone"), database.write() as connection:
        connection.execute(insert(lease).values(name="x", holder="x", expires_at=naive))


def test_an_unusable_url_is_told_with_the_remedy() -> None:
    with pytest.raises(Invalid, match=r"broadsheet\[postgres\]"):
        Database("mysql+nodriver://host/name")


def test_a_server_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    database = Database(f"postgresql+psycopg://reader:hush@/x?host={tmp_path}")
    with pytest.raises(Unavailable, match="BROADSHEET_DATABASE_URL") as told, database.read():
        raise AssertionError("nobody should answer")
    assert "hush" not in str(told.value.value)
