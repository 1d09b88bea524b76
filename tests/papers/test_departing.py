"""What hangs on a paper follows it and comes back: every table that leads to a paper, those to come included."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Date, Float, Integer, LargeBinary, Table, insert, select

from broadsheet.clock import FixedClock
from broadsheet.database.column_types import Moment, Packed
from broadsheet.database.engine import Database
from broadsheet.database.schema import departed, handed_over, metadata, paper
from broadsheet.papers import departing
from broadsheet.papers.catalogue import Catalogue
from tests.invented import record

LINKS = departing.links()
# Made anew from the records whenever a paper is written.
DERIVED = {"identifier", "artefact", "version", "abstract_band"}


def _value(column: Column[Any], n: int) -> Any:
    """Return a value for a column, another for each `n`."""
    if isinstance(column.type, Moment):
        return datetime(2026, 1, 1, n, tzinfo=UTC)
    if isinstance(column.type, Packed):
        return f"{{{n}}}"
    if isinstance(column.type, LargeBinary):
        return bytes([n])
    if isinstance(column.type, Boolean):
        return bool(n % 2)
    if isinstance(column.type, Date):
        return date(2026, 1, n)
    return n if isinstance(column.type, Integer) else float(n) if isinstance(column.type, Float) else f"v{n}"


def _put(connection: Connection, table: Table, n: int, **given: Any) -> dict[str, Any]:
    """Insert a row with parents for each of its foreign keys; return it."""
    row = {column.name: _value(column, n) for column in table.c if column.name not in given}
    for column in table.c:
        for key in column.foreign_keys:
            if column.name not in given and key.column.table is not paper:
                parent = key.column.table
                there = connection.execute(select(key.column).limit(1)).scalar()
                if there is None and parent is not table:  # the first row of a tree has no parent
                    there = _put(connection, parent, 1)[key.column.name]
                row[column.name] = there
            elif column.name not in given:
                row[column.name] = _other(connection)
    connection.execute(insert(table).values({**row, **given}))
    return {**row, **given}


def _other(connection: Connection) -> int:
    return int(connection.execute(select(paper.c.id).order_by(paper.c.id.desc()).limit(1)).scalar_one())


@pytest.fixture
def two(stored: Catalogue) -> tuple[int, int]:
    one, other, _ = stored.add([record(1), record(2), record(3)]).paper_ids
    return one, other


def test_every_column_that_names_a_paper_leads_to_one() -> None:
    """A table that says `paper_id` without a foreign key would be forgotten when papers become one."""
    named = {
        (table.name, column.name) for table in metadata.sorted_tables for column in table.c if "paper_id" in column.name
    }
    tables = ("departed", "unweighed", "trending_candidate", "trending_reading", "paper_change")
    made_anew = {(name, "paper_id") for name in tables}
    assert named - made_anew <= {(link.table.name, link.column.name) for link in LINKS}


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link.table.name}.{link.column.name}")
def test_whatever_hangs_on_a_paper_follows_it_and_comes_back(
    two: tuple[int, int], database: Database, link: Any
) -> None:
    one, other = two
    table, column = link.table, link.column
    with database.write() as connection:
        row = _put(connection, table, 9, **{column.name: other})
    key = [name for name in (part.name for part in table.primary_key) if name != column.name]

    def owners(connection: Connection) -> list[int]:
        mine = [table.c[name] == row[name] for name in key]
        return list(connection.scalars(select(column).where(*mine, column.in_([one, other, 77]))))

    with database.write() as connection:
        departing.depart(connection, other, one, 50)
        assert owners(connection) == [one]
        connection.execute(insert(paper).values({**_of(connection, one), "id": 77, "change": 51}))
        departing.give_back(connection, other, one, 77)
        if table.name not in DERIVED:
            assert owners(connection) == [77]
        assert connection.scalars(select(departed.c.into_id)).all() == [77]
        assert connection.execute(select(handed_over)).all() == []


def _of(connection: Connection, paper_id: int) -> dict[str, Any]:
    return dict(connection.execute(select(paper).where(paper.c.id == paper_id)).mappings().one())


@pytest.mark.parametrize(
    "link",
    [one for one in LINKS if one.table.name not in DERIVED and one.column in set(one.table.primary_key)],
    ids=lambda link: f"{link.table.name}.{link.column.name}",
)
def test_of_two_alike_the_survivors_stays_and_the_other_comes_back(
    two: tuple[int, int], database: Database, link: Any
) -> None:
    one, other = two
    table, column = link.table, link.column
    with database.write() as connection:
        row = _put(connection, table, 9, **{column.name: one})
        connection.execute(insert(table).values({**row, column.name: other}))
        departing.depart(connection, other, one, 50)
        mine = [table.c[part.name] == row[part.name] for part in table.primary_key if part is not column]
        assert connection.scalars(select(column).where(*mine)).all() == [one]
        connection.execute(insert(paper).values({**_of(connection, one), "id": 77, "change": 51}))
        departing.give_back(connection, other, one, 77)
        assert sorted(connection.scalars(select(column).where(*mine))) == [one, 77]


def test_a_pair_of_papers_that_become_one_is_no_pair(two: tuple[int, int], database: Database) -> None:
    one, other = two
    table = metadata.tables["duplicate"]
    with database.write() as connection:
        _put(connection, table, 1, paper_id=one, other_id=other)
        departing.depart(connection, other, one, 50)
        assert connection.execute(select(table)).all() == []


def test_what_the_survivor_lost_meanwhile_is_not_given_back(
    two: tuple[int, int], database: Database, clock: FixedClock
) -> None:
    one, other = two
    table = metadata.tables["signal"]
    told = {"kind": "votes", "observed_at": clock.now(), "value": 3.0, "began_at": None}
    with database.write() as connection:
        connection.execute(insert(table).values(paper_id=other, **told))
        departing.depart(connection, other, one, 50)
        connection.execute(table.delete())
        departing.give_back(connection, other, one, one)
        assert connection.execute(select(table)).all() == []
