"""Chooses what each reader gets of an edition and of saved searches, and queues it: a batch of readers at a time.

When an edition is due is `digests`' matter.
Choosing reads and asks, and no transaction is open while questions are asked; queueing alone writes.
"""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row

from broadsheet.database.engine import Database
from broadsheet.digests import saved_store, store
from broadsheet.digests.composing import occasion
from broadsheet.digests.deliveries import MAILED, State
from broadsheet.digests.following import Following
from broadsheet.digests.selection import Candidate, choose
from broadsheet.editions.edition import Head
from broadsheet.mail.letter import Letterhead, new_message_id

BATCH = 500
# What counts as a reader's last digest: one that was sent, and one for which there was nothing.
_TOLD = (*MAILED, State.EMPTY)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What one reader gets: papers of the edition, and those that each question found."""

    reader: int
    edition: list[int]
    found: list[tuple[str, list[int]]]

    def finds(self) -> Iterator[tuple[str, int]]:
        for question, ids in self.found:
            for paper_id in ids:
                yield question, paper_id


class Queueing:
    """Queues the digests of one run; `keep` holds on to its lease and raises `Conflict` when that is lost."""

    def __init__(
        self, database: Database, letterhead: Letterhead, following: Following, now: datetime, keep: Callable[[], None]
    ) -> None:
        self._database, self._letterhead = database, letterhead
        self._following, self._now, self._keep = following, now, keep
        self._finds: dict[tuple[str, int], int] = {}

    def queue(self, head: Head, rhythm: Row[Any], offer: Sequence[Candidate]) -> int:
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

    def _choose(self, which: ColumnElement[bool], offer: Sequence[Candidate]) -> list[_Chosen]:
        offered = [candidate.place.paper.id for candidate in offer]
        with self._database.read() as connection:
            readers = store.readers(connection, which, BATCH)
            ids = [reader.id for reader in readers]
            searches = saved_store.confirmed(connection, ids)
            last = saved_store.last_digests(connection, list(searches), _TOLD)
            had = store.mailed(connection, ids, offered, self._following.since)
        chosen = []
        for reader in readers:
            known = had.get(reader.id, set())
            places = choose(offer, reader.size, known) if reader.edition else []
            papers = [candidate.place.paper.id for candidate in places]
            found = self._following.choose(searches.get(reader.id, ()), last.get(reader.id), known.union(papers))
            chosen.append(_Chosen(reader.id, papers, found))
        self._following.tell(find for one in chosen for find in one.finds())
        return chosen

    def _write(self, head: Head, chosen: Sequence[_Chosen]) -> int:
        finds = dict.fromkeys(find for one in chosen for find in one.finds() if find not in self._finds)
        with self._database.write() as connection:
            numbers = saved_store.add_finds(connection, [self._find(*find) for find in finds])
            new = dict(zip(finds, numbers, strict=True))
            known = ChainMap(new, self._finds)
            rows = [(self._delivery(head, one), _content(one, known)) for one in chosen]
            store.add_deliveries(connection, occasion(head.day), rows)
        self._finds |= new
        return sum(bool(papers) for _, papers in rows)

    def _find(self, question: str, paper_id: int) -> dict[str, object]:
        reason = self._following.reason(question, paper_id)
        return {"question": question, "paper_id": paper_id, "reason": reason, "found_at": self._now}

    def _delivery(self, head: Head, chosen: _Chosen) -> dict[str, object]:
        empty = not (chosen.edition or chosen.found)
        return {
            "subscription_id": chosen.reader,
            "edition_id": head.id,
            "message_id": new_message_id(self._letterhead),
            "queued_at": self._now,
            "due_at": self._now,
            "state": State.EMPTY if empty else State.QUEUED,
            "settled_at": self._now if empty else None,
        }


def _content(chosen: _Chosen, finds: Mapping[tuple[str, int], int]) -> list[tuple[int, int | None]]:
    edition: list[tuple[int, int | None]] = [(paper_id, None) for paper_id in chosen.edition]
    return edition + [(paper_id, finds[question, paper_id]) for question, paper_id in chosen.finds()]
