"""Queues what each reader gets of an edition and of what it follows: a batch of readers at a time.

When an edition is due is `digests`' matter, what a reader gets `choosing`'s.
Choosing reads and asks, and no transaction is open while questions are asked; queueing alone writes.
"""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row

from broadsheet.database.engine import Database
from broadsheet.digests import saved_store, store
from broadsheet.digests.choosing import Chosen, choose_for, history
from broadsheet.digests.composing import occasion
from broadsheet.digests.deliveries import State
from broadsheet.digests.following import Following
from broadsheet.digests.selection import Offer
from broadsheet.editions.edition import Head
from broadsheet.mail.letter import Letterhead, new_message_id

BATCH = 500


class Queueing:
    """Queues the digests of one run.

    `keep` holds on to its lease and raises `Conflict` when that is lost; `spread` says how long after the first of them
    a digest is due, by its number.
    """

    def __init__(
        self,
        database: Database,
        letterhead: Letterhead,
        following: Following,
        now: datetime,
        keep: Callable[[], None],
        spread: Callable[[int], timedelta],
    ) -> None:
        self._database, self._letterhead = database, letterhead
        self._following, self._now, self._keep, self._spread = following, now, keep, spread
        self._leaving = 0
        self._finds: dict[tuple[str, int], int] = {}

    def queue(self, head: Head, rhythm: Row[Any], offer: Offer) -> int:
        """Queue a delivery for every reader of a rhythm that has none for this edition; return how many go out."""
        which = store.without_delivery(rhythm, occasion(head.day), head.day)
        with self._database.read() as connection:
            if not store.readers(connection, which, 1):  # as for nearly every tick of the day
                return 0
            questions = saved_store.questions(connection, which)
        for _ in self._following.ask(questions):
            self._keep()
        queued = 0
        while True:
            chosen = self._choose(which, offer)
            self._keep()
            queued += self._write(head, chosen)
            if len(chosen) < BATCH:
                return queued

    def _choose(self, which: ColumnElement[bool], offer: Offer) -> list[Chosen]:
        with self._database.read() as connection:
            readers = store.readers(connection, which, BATCH)
            known = history(connection, readers, offer, self._following)
        return choose_for(readers, known, offer, self._following)

    def _write(self, head: Head, chosen: Sequence[Chosen]) -> int:
        finds = dict.fromkeys(find for one in chosen for find in one.finds() if find not in self._finds)
        with self._database.write() as connection:
            numbers = saved_store.add_finds(connection, [self._find(*find) for find in finds])
            new = dict(zip(finds, numbers, strict=True))
            known = ChainMap(new, self._finds)
            rows = [(self._delivery(head, one), _content(one, known)) for one in chosen]
            store.add_deliveries(connection, occasion(head.day), rows)
        self._finds |= new
        return sum(one.goes_out for one in chosen)

    def _find(self, question: str, paper_id: int) -> dict[str, object]:
        reason = self._following.reason(question, paper_id)
        return {"question": question, "paper_id": paper_id, "reason": reason, "found_at": self._now}

    def _delivery(self, head: Head, chosen: Chosen) -> dict[str, object]:
        due_at = self._now + self._spread(self._leaving)
        self._leaving += chosen.goes_out
        return {
            "subscription_id": chosen.reader,
            "edition_id": head.id,
            "message_id": new_message_id(self._letterhead),
            "queued_at": self._now,
            "due_at": due_at,
            "state": State.QUEUED if chosen.goes_out else State.EMPTY,
            "settled_at": None if chosen.goes_out else self._now,
        }


def _content(chosen: Chosen, finds: Mapping[tuple[str, int], int]) -> list[tuple[int, int | None]]:
    return [(entry.paper, finds[entry.question, entry.paper] if entry.question else None) for entry in chosen.entries]
