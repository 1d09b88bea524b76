"""Takes papers off all pages and puts them back; what is kept of a hidden paper stays as it is.

Who may do that is `community`'s matter. A hidden paper is told by the catalogue as one that is gone, under a new change
number, so that search, trending and editions let go of it as of any other.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from broadsheet.database import changes
from broadsheet.database.schema import hidden_paper, paper


def hide(connection: Connection, paper_id: int, now: datetime) -> bool:
    """Hide a paper that the caller holds; tells whether it was seen before."""
    if is_hidden(connection, paper_id):
        return False
    connection.execute(insert(hidden_paper).values(paper_id=paper_id, hidden_at=now))
    _tell(connection, paper_id)
    return True


def restore(connection: Connection, paper_id: int) -> bool:
    """Put a paper back; tells whether it was hidden."""
    if not connection.execute(delete(hidden_paper).where(hidden_paper.c.paper_id == paper_id)).rowcount:
        return False
    _tell(connection, paper_id)
    return True


def is_hidden(connection: Connection, paper_id: int) -> bool:
    """Tell whether a paper is hidden."""
    asked = select(hidden_paper.c.paper_id).where(hidden_paper.c.paper_id == paper_id)
    return connection.execute(asked).first() is not None


def titles_of_hidden(connection: Connection) -> list[tuple[int, str]]:
    """Return number and title of every hidden paper, the last hidden first."""
    joined = hidden_paper.join(paper, paper.c.id == hidden_paper.c.paper_id)
    asked = select(paper.c.id, paper.c.title).select_from(joined).order_by(hidden_paper.c.hidden_at.desc())
    return [(row.id, row.title) for row in connection.execute(asked)]


def _tell(connection: Connection, paper_id: int) -> None:
    connection.execute(update(paper).where(paper.c.id == paper_id).values(change=changes.take(connection)))
