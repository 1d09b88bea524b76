"""The version of what anybody may see: a number that rises with every committed change of a table that pages show.

Which page shows what is no matter here: a table counts as shown unless it is named below, so that a new one is never
forgotten. The number is raised last in its transaction, so that its row is locked for the moment of the commit alone.
"""

from typing import Any

from sqlalchemy import Connection, Delete, Engine, Insert, TextClause, Update, event, select, update
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import change_counter

# What they hold is shown to nobody, or to its one reader on pages that are never kept. The counters change with others.
UNSEEN = frozenset(
    "address_move allowance api_token audit_entry ban change_counter delivery delivery_paper exposure host_pause "
    "lease mail_pause mail_return mail_tally mail_trouble mute muted_paper openid_identity owned_subscription "
    "reader_visit report saved_search search_find session sign_in subscription suppression suppression_event "
    "trending_candidate trending_reading unweighed".split()
)
_ROW = 2  # of the counters; the first counts the changes of papers
_TOUCHED = "broadsheet_touched"


def watch(engine: Engine) -> None:
    """Have every connection of `engine` remember whether its transaction changed something that pages show."""

    @event.listens_for(engine, "after_execute")
    def _note(connection: Connection, statement: Any, *_others: Any) -> None:
        if _changes_pages(statement):
            touch(connection)

    @event.listens_for(engine, "begin")
    def _forget(connection: Connection) -> None:
        connection.info.pop(_TOUCHED, None)


def touch(connection: Connection) -> None:
    """Say that this transaction changes what pages show, for those who write past SQLAlchemy, which is not watched."""
    connection.info[_TOUCHED] = True


def raise_if_touched(connection: Connection) -> None:
    """Raise the number if the transaction that is about to commit changed something that pages show."""
    if not connection.info.pop(_TOUCHED, False):
        return
    raised = update(change_counter).where(change_counter.c.id == _ROW).values(last=change_counter.c.last + 1)
    if not connection.execute(raised).rowcount:
        made = sqlite if connection.dialect.name == "sqlite" else postgresql
        first = made.insert(change_counter).values(id=_ROW, last=1)
        again = {"last": change_counter.c.last + 1}
        connection.execute(first.on_conflict_do_update(index_elements=["id"], set_=again))


def version(connection: Connection) -> int:
    """Return the number as this connection's snapshot has it."""
    return int(connection.scalar(select(change_counter.c.last).where(change_counter.c.id == _ROW)) or 0)


def _changes_pages(statement: Any) -> bool:
    if isinstance(statement, (Insert, Update, Delete)):
        name: str = getattr(statement.table, "name", "")
        return name not in UNSEEN
    return isinstance(statement, TextClause) and not statement.text.lstrip().upper().startswith("SELECT")
