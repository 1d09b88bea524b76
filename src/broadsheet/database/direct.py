"""Reads that go to the driver as they are: what SQLAlchemy does around them would take longer than they do.

Which tables and rows, the callers say. A statement here holds whole numbers and commas alone, never a value of anybody.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection


def among(ids: Iterable[int]) -> str:
    """Return whole numbers as a statement for `told` has them."""
    return ",".join(map(str, map(int, ids)))


def told(connection: Connection, statement: str, numbers: str) -> Sequence[tuple[Any, ...]]:
    """Run a statement of the caller's own, with the whole numbers that `among` gave, and return its rows."""
    if not connection.in_transaction():
        connection.begin()  # the driver itself would let each statement see another state
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement % numbers)
        return cursor.fetchall()
    finally:
        cursor.close()
