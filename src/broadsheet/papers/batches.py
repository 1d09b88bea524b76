"""Statements over many rows: in pieces that fit into one, past SQLAlchemy where what it does around them costs most.

Which tables and rows is for `store` and `paper_store` to say; reads past SQLAlchemy are `database.direct`'s. What goes
past it here holds values that the driver binds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_of

# SQLite takes 32,766 values in one statement; pairs and other conditions share them.
CHUNK = 5_000
_T = TypeVar("_T")


def chunks(values: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """Cut `values` into lists that fit into one statement."""
    held = list(values)
    for start in range(0, len(held), size):
        yield held[start : start + size]


def insert_sorted(connection: Connection, table: Table, rows: Iterable[tuple[int, ...]]) -> None:
    """Insert rows of numbers in the order in which the table keeps them; past SQLAlchemy: they are many."""
    held = sorted(rows)
    if held:
        _insert_rows(connection, table, [column.name for column in table.c], held)


def insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows of the same columns, each value as its column keeps it; past SQLAlchemy: they are many."""
    if not rows:
        return
    dialect, names = connection.dialect, list(rows[0])
    writers = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    held = [
        tuple(value if write is None else write(value) for write, value in zip(writers, row.values(), strict=True))
        for row in rows
    ]
    _insert_rows(connection, table, names, held)


def _insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(names))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608


def update(connection: Connection, table: Table, rows: Mapping[int, dict[str, Any]]) -> None:
    """Give rows, by their `id`, new values."""
    if rows:
        asked = update_of(table).where(table.c.id == bindparam("at"))
        connection.execute(asked, [{"at": at, **row} for at, row in rows.items()])


def clear(connection: Connection, table: Table, paper_ids: Iterable[int]) -> None:
    """Delete all rows of these papers."""
    for some in chunks(paper_ids):
        connection.execute(delete_from(table).where(table.c.paper_id.in_(some)))
