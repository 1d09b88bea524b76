"""The mutes of a subscription: its owner adds and takes them back, many at a time, up to a limit.

What can be muted and what that hides is `mutes`' matter, whose subscription it is `subscriptions` knows by the token.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from broadsheet.database.engine import Database
from broadsheet.digests import mutes_store as store
from broadsheet.digests.mutes import MOST_MUTES, Mute, checked
from broadsheet.errors import Conflict, Invalid
from broadsheet.papers.catalogue import Catalogue

Owned = Callable[[Connection, str], Row[Any]]


class Muting:
    """Every verb about the mutes of one subscription; `token` is always what stood in a mailed link."""

    def __init__(self, database: Database, catalogue: Catalogue, managed: Owned) -> None:
        """`managed` returns the subscription of a token that may change it."""
        self._database, self._catalogue, self._managed = database, catalogue, managed

    def of(self, token: str, limit: int = MOST_MUTES) -> tuple[int, list[Mute]]:
        """Return how many mutes there are, and the first of them by kind and value. Raises `Invalid`."""
        with self._database.read() as connection:
            row = self._managed(connection, token)
            count, papers = store.count(connection, row.id), store.papers(connection, [row.id]).get(row.id, [])
            said = store.words(connection, [row.id]).get(row.id, [])
        keys = [Mute("paper", paper.key) for paper in self._catalogue.papers(sorted(papers))] if limit else []
        return count, sorted([*said, *keys], key=lambda mute: (mute.kind, mute.value.casefold()))[:limit]

    def add(self, token: str, kind: str, values: Iterable[str]) -> int:
        """Mute some things of one kind, all or none of them; return how many were not muted yet.

        Raises `Invalid` for a bad token (field `token`) or what cannot be muted, `NotFound` for a paper that is not
        here, `Conflict` where there is no room.
        """
        mutes = list(dict.fromkeys(checked(kind, value) for value in values if value.strip()))
        if not mutes:
            raise Invalid("Say what is to be muted.", field="value")
        papers = [self._catalogue.get(mute.value).id for mute in mutes if mute.kind == "paper"]
        with self._database.write() as connection:
            row = self._confirmed(connection, token)
            before = store.count(connection, row.id)
            store.add(connection, row.id, [mute for mute in mutes if mute.kind != "paper"], papers)
            after = store.count(connection, row.id)
            if after > MOST_MUTES:  # raised within the transaction, so that nothing of it stays
                raise Conflict(
                    f"A subscription holds {MOST_MUTES:,} mutes; with these it would have {after:,}. Take some back."
                )
        return after - before

    def remove(self, token: str, kind: str, value: str) -> None:
        """Take a mute back; one that is not there is as good as taken back. Raises `Invalid`, `NotFound`."""
        mute = checked(kind, value)
        papers: Sequence[int] = [self._catalogue.get(mute.value).id] if mute.kind == "paper" else []
        with self._database.write() as connection:
            store.remove(connection, self._managed(connection, token).id, mute, papers)

    def _confirmed(self, connection: Connection, token: str) -> Row[Any]:
        row = self._managed(connection, token)
        if row.state != "confirmed":
            raise Invalid("This subscription is not confirmed, or has ended. Subscribe to start anew.", field="token")
        return row
