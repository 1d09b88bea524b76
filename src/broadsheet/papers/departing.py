"""Lets what hangs on a paper follow it: when it proves to be another, and when an editor parts the two again.

Every table with a column that leads to `paper` takes part, whoever made it; none is named here but those that
`store` writes anew from the records anyway. What is kept of a hand-over is enough to give it back.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    PrimaryKeyConstraint,
    Select,
    Table,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    not_,
    select,
    update,
)

from broadsheet.database.column_types import Moment
from broadsheet.database.schema import (
    abstract_band,
    artefact,
    departed,
    handed_over,
    identifier,
    metadata,
    paper,
    source_record,
    version,
)

# Made anew whenever a paper is written: nothing to give back.
_DERIVED = {identifier.name, artefact.name, version.name, abstract_band.name}


@dataclass(frozen=True, slots=True)
class _Link:
    """A column of a table that leads to a paper."""

    table: Table
    column: Column[Any]


@cache
def links() -> tuple[_Link, ...]:
    """Return every column that leads to a paper."""
    return tuple(
        _Link(table, column)
        for table in metadata.sorted_tables
        for column in table.c
        if any(key.column is paper.c.id for key in column.foreign_keys)
    )


def depart(connection: Connection, loser: int, survivor: int, change: int) -> None:
    """Let the paper `loser` become `survivor`: what hangs on it follows, its number leads on.

    Both are held first, as everybody does who changes what hangs on a paper: else two could wait for each other.
    """
    connection.execute(
        select(paper.c.id).where(paper.c.id.in_((loser, survivor))).order_by(paper.c.id).with_for_update()
    )
    log = [_hand_over(connection, link, loser, survivor) for link in links()]
    connection.execute(update(departed).where(departed.c.into_id == loser).values(into_id=survivor))
    connection.execute(delete(paper).where(paper.c.id == loser))
    connection.execute(insert(departed).values(paper_id=loser, into_id=survivor, change=change))
    rows = [{"departed_id": loser, "place": n, **row} for n, row in enumerate(row for part in log for row in part)]
    if rows:
        connection.execute(insert(handed_over), rows)


def earlier(connection: Connection, paper_id: int, records: Iterable[int]) -> list[int]:
    """Return the papers that departed into this one and of which nothing was said but by these records (their ids)."""
    asked = (
        select(handed_over.c.departed_id, handed_over.c.row)
        .join(departed, departed.c.paper_id == handed_over.c.departed_id)
        .where(departed.c.into_id == paper_id, handed_over.c.table_name == source_record.name)
    )
    own: dict[int, set[int]] = {}
    for row in connection.execute(asked):
        own.setdefault(row.departed_id, set()).add(json.loads(row.row)["id"])
    return sorted(number for number, said in own.items() if said <= set(records))


def give_back(connection: Connection, departed_id: int, holder: int, paper_id: int) -> None:
    """Give what came from a departed paper, and is still the holder's, to `paper_id`; its old number leads there."""
    by_name = {(link.table.name, link.column.name): link for link in links()}
    asked = select(handed_over).where(handed_over.c.departed_id == departed_id).order_by(handed_over.c.place)
    for row in connection.execute(asked).all():
        name, _, column = row.table_name.partition(".")
        link = by_name.get((name, column or "paper_id"))
        if link is not None:
            _give_back(connection, link, json.loads(row.row), row.kept, holder, paper_id)
    connection.execute(update(departed).where(departed.c.paper_id == departed_id).values(into_id=paper_id))
    connection.execute(delete(handed_over).where(handed_over.c.departed_id == departed_id))


@dataclass(frozen=True, slots=True)
class _Handing:
    """What hands over the rows that one link leads from: two numbers, `loser` and `survivor`, are all that changes."""

    kept: Select[Any] | None
    moved: Update
    left: Select[Any] | None


@cache
def _handing(link: _Link) -> _Handing:
    """Put the statements of a link together, once: there are dozens of links, and many papers that depart."""
    table, column = link.table, link.column
    its = column == bindparam("loser")
    movable = and_(its, *(not_(_clashes(table, key, column)) for key in _keys_with(table, column)))
    moved = update(table).where(movable).values({column.name: bindparam("survivor")})
    if table.name in _DERIVED:
        return _Handing(None, moved, None)
    others = [one for one in table.primary_key if one is not column]
    return _Handing(select(*others).where(movable) if others else None, moved, select(*table.c).where(its))


def _hand_over(connection: Connection, link: _Link, loser: int, survivor: int) -> list[dict[str, Any]]:
    """Give the rows of one paper to another; a row that the other has already is deleted with its paper."""
    handing, both = _handing(link), {"loser": loser, "survivor": survivor}
    kept = _rows(connection, link, handing.kept, both, kept=True)
    connection.execute(handing.moved, both)
    return kept + _rows(connection, link, handing.left, both, kept=False)


def _keys_with(table: Table, column: Column[Any]) -> list[list[Column[Any]]]:
    """Return the primary and unique keys of a table in which a column stands."""
    keys = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    return [list(key.columns) for key in keys if column in list(key.columns)]


def _clashes(table: Table, key: list[Column[Any]], column: Column[Any]) -> Any:
    twin = table.alias()
    survivor: BindParameter[Any] = bindparam("survivor")
    same = (twin.c[one.name] == (survivor if one is column else table.c[one.name]) for one in key)
    clash = exists().where(and_(*same))
    # A row about both papers would become one about a paper and itself.
    others = [one for one in key if one is not column and any(ref.column is paper.c.id for ref in one.foreign_keys)]
    return clash if not others else clash | (others[0] == survivor)


def _rows(
    connection: Connection, link: _Link, asked: Select[Any] | None, both: Mapping[str, int], *, kept: bool
) -> list[dict[str, Any]]:
    if asked is None:
        return []
    name = link.table.name if link.column.name == "paper_id" else f"{link.table.name}.{link.column.name}"
    return [
        {"table_name": name, "kept": kept, "row": json.dumps(_plain(row._mapping), ensure_ascii=False)}
        for row in connection.execute(asked, both)
    ]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _give_back(
    connection: Connection, link: _Link, row: Mapping[str, Any], kept: bool, holder: int, paper_id: int
) -> None:
    table, column = link.table, link.column
    told = {name: _typed(table.c[name], value) for name, value in row.items() if name in table.c}
    if kept:
        its = and_(column == holder, *(table.c[name] == value for name, value in told.items()))
        connection.execute(update(table).where(its).values({column.name: paper_id}))
        return
    told[column.name] = paper_id
    there = and_(*(one == told[one.name] for one in table.primary_key))
    parents = (key for one in table.c for key in one.foreign_keys if one is not column and told[one.name] is not None)
    alive = all(
        connection.execute(select(key.column).where(key.column == told[key.parent.name])).first() for key in parents
    )
    if alive and connection.execute(select(*table.primary_key).where(there)).first() is None:
        connection.execute(insert(table).values(told))


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if isinstance(column.type, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if column.type.python_type is date else value
