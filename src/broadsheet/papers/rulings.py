"""What editors decided of pairs of records: that they are one work, or that they are two; it holds before all rules.

How it is obeyed is `works`' matter. A record is named by its source and key, so that a ruling outlives every harvest
and every new merging; it may even name a record that is not here at present.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise, product

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select

from broadsheet.database.schema import ruling as table
from broadsheet.papers.batches import chunks

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision: `apart` is False where the two records are one work."""

    one: Key
    other: Key
    apart: bool
    made_at: datetime
    note: str


@dataclass(slots=True)
class Rulings:
    """The rulings of some records, both ways."""

    apart: dict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))
    together: dict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))

    def forbid(self, mine: Iterable[Key], theirs: Iterable[Key]) -> bool:
        """Say whether any of `mine` must stay apart from any of `theirs`."""
        if not self.apart:
            return False
        others = set(theirs)
        return any(not others.isdisjoint(self.apart.get(key, ())) for key in mine)


def of(connection: Connection, keys: Iterable[Key]) -> Rulings:
    """Return what was ruled of these records."""
    found = Rulings()
    for one in _rows(connection, keys):
        side = found.apart if one.apart else found.together
        side[one.one].add(one.other)
        side[one.other].add(one.one)
    return found


def listed(connection: Connection, keys: Iterable[Key]) -> list[Ruling]:
    """Return the rulings in which any of these records stands, oldest first."""
    return sorted(set(_rows(connection, keys)), key=lambda one: (one.made_at, one.one, one.other))


def part(connection: Connection, mine: Sequence[Key], theirs: Sequence[Key], now: datetime, note: str) -> None:
    """Rule that `mine` are one work and `theirs` another."""
    _rule(connection, product(mine, theirs), True, now, note)
    for group in (mine, theirs):
        _rule(connection, pairwise(group), False, now, note)


def join(connection: Connection, mine: Sequence[Key], theirs: Sequence[Key], now: datetime, note: str) -> None:
    """Rule that both are one work, whatever was ruled before."""
    for one, other in product(mine, theirs):
        connection.execute(delete(table).where(or_(_is(one, other), _is(other, one))))
    _rule(connection, [(mine[0], theirs[0])], False, now, note)


def _is(one: Key, other: Key) -> ColumnElement[bool]:
    return and_(table.c.source == one[0], table.c.key == one[1]) & and_(
        table.c.other_source == other[0], table.c.other_key == other[1]
    )


def _rule(connection: Connection, pairs: Iterable[tuple[Key, Key]], apart: bool, now: datetime, note: str) -> None:
    rows = []
    for pair in pairs:
        one, other = sorted(pair)
        connection.execute(delete(table).where(_is(one, other)))
        told = {"source": one[0], "key": one[1], "other_source": other[0], "other_key": other[1]}
        rows.append({**told, "apart": apart, "made_at": now, "note": note})
    if rows:
        connection.execute(insert(table), rows)


def _rows(connection: Connection, keys: Iterable[Key]) -> Iterator[Ruling]:
    wanted = set(keys)
    if connection.execute(select(table.c.key).limit(1)).first() is None:  # as good as always
        return
    for some in chunks({key for _, key in wanted}):
        for side in (table.c.key, table.c.other_key):
            for row in connection.execute(select(table).where(side.in_(some))):
                one = Ruling((row.source, row.key), (row.other_source, row.other_key), row.apart, row.made_at, row.note)
                if one.one in wanted or one.other in wanted:
                    yield one
