"""The SQL of mutes; every function works inside its caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select

from broadsheet.database.schema import mute, muted_paper
from broadsheet.digests.mutes import Mute

_AT_ONCE = 5_000  # rows of one statement


def words(connection: Connection, subscription_ids: Sequence[int]) -> dict[int, list[Mute]]:
    """Return the words, authors and categories that each subscription has muted."""
    found: dict[int, list[Mute]] = {}
    asked = select(mute).where(mute.c.subscription_id.in_(subscription_ids))
    for subscription_id, kind, value in connection.execute(asked):
        found.setdefault(subscription_id, []).append(Mute(kind, value))
    return found


def papers(connection: Connection, subscription_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the papers that each subscription has muted."""
    found: dict[int, list[int]] = {}
    asked = select(muted_paper).where(muted_paper.c.subscription_id.in_(subscription_ids))
    for subscription_id, paper_id in connection.execute(asked):
        found.setdefault(subscription_id, []).append(paper_id)
    return found


def count(connection: Connection, subscription_id: int) -> int:
    """Return how many mutes a subscription has."""
    total = 0
    for table in (mute, muted_paper):
        asked = select(func.count()).select_from(table).where(table.c.subscription_id == subscription_id)
        total += connection.execute(asked).scalar_one()
    return total


def add(connection: Connection, subscription_id: int, mutes: Sequence[Mute], paper_ids: Sequence[int]) -> None:
    """Insert what is not muted yet."""
    there = set(words(connection, [subscription_id]).get(subscription_id, []))
    fresh = [
        {"subscription_id": subscription_id, "kind": one.kind, "value": one.value} for one in mutes if one not in there
    ]
    for start in range(0, len(fresh), _AT_ONCE):
        connection.execute(insert(mute), fresh[start : start + _AT_ONCE])
    muted = set(papers(connection, [subscription_id]).get(subscription_id, []))
    numbers = [{"subscription_id": subscription_id, "paper_id": one} for one in {*paper_ids} - muted]
    if numbers:
        connection.execute(insert(muted_paper), numbers)


def remove(connection: Connection, subscription_id: int, one: Mute, paper_ids: Sequence[int]) -> None:
    """Delete a mute, of a paper by its number."""
    its = (mute.c.subscription_id == subscription_id) & (mute.c.kind == one.kind) & (mute.c.value == one.value)
    connection.execute(delete(mute).where(its))
    gone = muted_paper.c.paper_id.in_(paper_ids)
    connection.execute(delete(muted_paper).where(muted_paper.c.subscription_id == subscription_id, gone))


def forget(connection: Connection, subscription_id: int) -> None:
    """Delete every mute of a subscription."""
    for table in (mute, muted_paper):
        connection.execute(delete(table).where(table.c.subscription_id == subscription_id))
