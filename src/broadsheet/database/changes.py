"""The change sequence: every change of a paper takes the next number; whoever derives from papers reads on.

Numbers are taken inside the transaction that makes the change, under a lock that it keeps until it commits:
so a reader who has seen number n has seen every smaller one, and may remember n alone.
"""

from sqlalchemy import Connection, select, update

from broadsheet.database import seen
from broadsheet.database.schema import change_counter


def take(connection: Connection, count: int = 1) -> int:
    """Take the next `count` numbers and return the first of them."""
    if count:
        seen.touch(connection)
    last = connection.execute(
        update(change_counter)
        .where(change_counter.c.id == 1)
        .values(last=change_counter.c.last + count)
        .returning(change_counter.c.last)
    ).scalar_one()
    return int(last) - count + 1


def last(connection: Connection) -> int:
    """Return the number of the newest change, 0 in an empty database."""
    return int(connection.execute(select(change_counter.c.last).where(change_counter.c.id == 1)).scalar_one())
