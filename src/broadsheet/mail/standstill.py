"""Whether mails can leave at all, and if not, since when and why: a note that sending keeps and operators read.

It tells of what stops every mail, such as a server that is out of reach or an account that is closed; what became of
one mail is told by its delivery. It never decides whether to send: whoever sends tries, and the note follows.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from broadsheet.database.schema import instance

_NAME = "mail_standstill"


@dataclass(frozen=True, slots=True)
class Standstill:
    """No mail leaves since a moment, for a reason in words."""

    since: datetime
    words: str


def standstill_of(connection: Connection) -> Standstill | None:
    """Return what stops all mails, None while they leave."""
    kept = connection.execute(select(instance.c.value).where(instance.c.name == _NAME)).scalar_one_or_none()
    if kept is None:
        return None
    told = json.loads(kept)
    return Standstill(datetime.fromisoformat(told["since"]), told["words"])


def note_standstill(connection: Connection, words: str, now: datetime) -> None:
    """Note that no mail can leave; of one that lasts, the first moment and the last reason are kept."""
    before = standstill_of(connection)
    note_leaving(connection)
    told = {"since": (before.since if before else now).isoformat(), "words": words}
    connection.execute(insert(instance).values(name=_NAME, value=json.dumps(told)))


def note_leaving(connection: Connection) -> None:
    """Note that mails leave."""
    connection.execute(delete(instance).where(instance.c.name == _NAME))
