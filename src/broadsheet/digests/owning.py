"""The subscriptions of an account: that of its address, which a sign-in has proved, and those it has taken in.

A subscription is taken in with the token of a mailed link: whoever holds it reads that mailbox.
What is kept of a subscription is told here too, to whoever holds its link or owns it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import leaving, moving_store, mutes_store, saved_store
from broadsheet.digests.subscription import Subscription
from broadsheet.errors import Invalid
from broadsheet.papers.catalogue import Catalogue

Managed = Callable[[Connection, str], Row[Any]]


class Owning:
    """Every verb about whose a subscription is, and what is kept of it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogue: Catalogue,
        managed: Managed,
        told: Callable[[Row[Any]], Subscription],
    ) -> None:
        """`managed` returns the subscription of a token that may change it, `told` makes one of a row."""
        self._database, self._clock, self._catalogue = database, clock, catalogue
        self._managed, self._told = managed, told

    def of(self, reader_id: int) -> list[Subscription]:
        """Return the confirmed subscriptions of an account."""
        with self._database.read() as connection:
            return [self._told(row) for row in moving_store.owned(connection, reader_id)]

    def claim(self, token: str, reader_id: int) -> None:
        """Give the subscription behind a mailed link to an account. Raises `Invalid` (field `token`)."""
        with self._database.write() as connection:
            row = self._managed(connection, token)
            if row.state != "confirmed":
                raise Invalid("This subscription is not confirmed, or has ended.", field="token")
            moving_store.own(connection, row.id, reader_id, self._clock.now())

    def release(self, token: str, reader_id: int) -> None:
        """Take a subscription from an account; it goes on. Raises `Invalid` (field `token`)."""
        with self._database.write() as connection:
            moving_store.disown(connection, self._managed(connection, token).id, reader_id)

    def end_all(self, reader_id: int) -> int:
        """End every subscription of an account; return how many that were."""
        with self._database.write() as connection:
            rows = moving_store.owned(connection, reader_id)
            for row in rows:
                leaving.end(connection, row.id, self._clock.now())
        return len(rows)

    def erase(self, token: str) -> None:
        """Delete a subscription with all that is kept of it: which papers it was sent, too. Raises `Invalid`."""
        with self._database.write() as connection:
            moving_store.delete_subscription(connection, self._managed(connection, token).id)

    def export(self, token: str) -> dict[str, Any]:
        """Return all that is kept of the subscription behind a link, ready for JSON. Raises `Invalid`."""
        with self._database.read() as connection:
            return self._exported(connection, self._managed(connection, token))

    def export_of(self, reader_id: int) -> Sequence[Mapping[str, Any]]:
        """Return all that is kept of the subscriptions of an account."""
        with self._database.read() as connection:
            rows = moving_store.owned(connection, reader_id)
            return [self._exported(connection, row) for row in rows]

    def _exported(self, connection: Connection, row: Row[Any]) -> dict[str, Any]:
        told = self._told(row)
        sent = moving_store.papers_sent(connection, row.id)
        muted = mutes_store.papers(connection, [row.id]).get(row.id, [])
        ids = list(dict.fromkeys([*(one.paper_id for one in sent), *muted]))
        keys = {paper.id: paper.key for paper in self._catalogue.papers(ids)}
        papers: dict[int, list[dict[str, Any]]] = {}
        for one in sent:
            papers.setdefault(one.delivery_id, []).append({"paper": keys.get(one.paper_id), "found_by": one.question})
        words = [
            {"kind": one.kind, "value": one.value} for one in mutes_store.words(connection, [row.id]).get(row.id, [])
        ]
        return {
            "address": row.address,
            "state": row.state,
            "choices": {name: getattr(told.choices, name) for name in told.choices.__slots__},
            "paused_from": _iso(row.paused_from),
            "paused_until": _iso(row.paused_until),
            "created_at": _iso(row.created_at),
            "confirmed_at": _iso(row.confirmed_at),
            "ended_at": _iso(row.ended_at),
            "follows": [
                {"section": one.section, "what": one.question, "title": one.title, "since": _iso(one.created_at)}
                for one in saved_store.searches(connection, row.id)
            ],
            "mutes": words + [{"kind": "paper", "value": keys[one]} for one in muted if one in keys],
            "mails": [
                {
                    "kind": one.kind,
                    "state": one.state,
                    "queued_at": _iso(one.queued_at),
                    "papers": papers.get(one.id, []),
                }
                for one in moving_store.deliveries(connection, row.id)
            ],
        }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
