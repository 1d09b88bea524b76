"""The version of what anybody may see: a number that rises with every committed change of a table that pages show.

A table counts as shown everywhere unless it is named below, so that a new one is never forgotten; what is written
within `of_paper` shows on pages of that paper alone, and has a number of its own. Numbers are raised last in their
transaction, so that their rows are locked for the moment of the commit alone.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Insert, TextClause, Update, event, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import change_counter, paper_change

# What they hold is shown to nobody, or to its one reader on pages that are never kept. The counters change with others.
UNSEEN = frozenset(
    "address_move allowance api_token audit_entry ban change_counter delivery delivery_paper exposure host_pause "
    "lease mail_pause mail_return mail_tally mail_trouble mute muted_paper openid_identity owned_subscription "
    "paper_change reader_visit report saved_search search_find session sign_in subscription suppression "
    "suppression_event trending_candidate trending_reading unweighed".split()
)
_ROW, _PAPERS_ROW = 2, 3  # of the counters; the first counts the changes of papers
_TOUCHED, _WITHIN, _PAPERS = "broadsheet_touched", "broadsheet_within", "broadsheet_papers"


@dataclass(frozen=True, slots=True)
class Seen:
    """The numbers at one moment: of what any page may show, and of what only pages of the papers concerned do."""

    all: int
    papers: int


def watch(engine: Engine) -> None:
    """Have every connection of `engine` remember whether its transaction changed something that pages show."""

    @event.listens_for(engine, "after_execute")
    def _note(connection: Connection, statement: Any, *_others: Any) -> None:
        if _changes_pages(statement):
            within = connection.info.get(_WITHIN)
            if within is None:
                touch(connection)
            else:
                connection.info.setdefault(_PAPERS, set()).add(within)

    @event.listens_for(engine, "begin")
    def _forget(connection: Connection) -> None:
        for name in (_TOUCHED, _WITHIN, _PAPERS):
            connection.info.pop(name, None)


@contextmanager
def of_paper(connection: Connection, paper_id: int) -> Iterator[None]:
    """Say that what the block writes through SQLAlchemy shows on pages on which this paper stands, and on no other."""
    connection.info[_WITHIN] = paper_id
    try:
        yield
    finally:
        connection.info.pop(_WITHIN, None)


def touch(connection: Connection) -> None:
    """Say that this transaction changes what pages show, for those who write past SQLAlchemy, which is not watched."""
    connection.info[_TOUCHED] = True


def raise_if_touched(connection: Connection) -> None:
    """Raise the number if the transaction that is about to commit changed something that pages show."""
    papers = connection.info.pop(_PAPERS, ())
    if connection.info.pop(_TOUCHED, False):
        _raise(connection, _ROW)
    elif papers:
        number = _raise(connection, _PAPERS_ROW)
        rows = [{"paper_id": paper_id, "last": number} for paper_id in sorted(papers)]
        made = _dialect(connection).insert(paper_change)
        again = {"last": made.excluded.last}
        connection.execute(made.on_conflict_do_update(index_elements=["paper_id"], set_=again), rows)


def version(connection: Connection) -> Seen:
    """Return the numbers as this connection's snapshot has them."""
    asked = select(change_counter.c.id, change_counter.c.last).where(change_counter.c.id.in_((_ROW, _PAPERS_ROW)))
    found = {number: int(last) for number, last in connection.execute(asked)}
    return Seen(found.get(_ROW, 0), found.get(_PAPERS_ROW, 0))


def last_of(connection: Connection, paper_ids: Collection[int]) -> int:
    """Return the number of the last change that one of some papers had to itself; at most a few hundred."""
    its = paper_change.c.paper_id.in_(sorted(paper_ids))
    return int(connection.scalar(select(func.max(paper_change.c.last)).where(its)) or 0)


def _raise(connection: Connection, row: int) -> int:
    made = _dialect(connection).insert(change_counter).values(id=row, last=1)
    again = {"last": change_counter.c.last + 1}
    raised = update(change_counter).where(change_counter.c.id == row).values(again).returning(change_counter.c.last)
    number = connection.execute(raised).scalar()
    if number is None:
        first = made.on_conflict_do_update(index_elements=["id"], set_=again).returning(change_counter.c.last)
        number = connection.execute(first).scalar_one()
    return int(number)


def _dialect(connection: Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql


def _changes_pages(statement: Any) -> bool:
    if isinstance(statement, (Insert, Update, Delete)):
        name: str = getattr(statement.table, "name", "")
        return name not in UNSEEN
    return isinstance(statement, TextClause) and not statement.text.lstrip().upper().startswith("SELECT")
