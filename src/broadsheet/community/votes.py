"""Votes: one a reader and paper, taken back at will, counted, and told to the log of signals as they change.

What votes are worth is `trending`'s matter.
A vote follows its paper: when that is merged into another, its votes are the other's, and a reader of both has one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.community import store
from broadsheet.community.deeds import Deed
from broadsheet.database import seen
from broadsheet.database.engine import Database
from broadsheet.errors import NotFound, SignInNeeded
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import keep

KIND = "votes"
BY_READER = Limit("vote", "votes an hour", 300, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a paper stands now: its votes, and whether the reader who asks is among them."""

    paper_id: int
    votes: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """One vote of a reader."""

    paper_id: int
    voted_at: datetime


class Votes:
    """The votes of one database."""

    def __init__(self, database: Database, catalogue: Catalogue, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock
        self._allowances = Allowances(database, clock, secret)

    def cast(self, reader_id: int, paper_id: int) -> Standing:
        """Vote for a paper; a second time changes nothing.

        Raises `NotFound` for a paper that is gone, `SignInNeeded` for a reader who is, `TooMany`.
        """
        return self._change(reader_id, paper_id, wanted=True)

    def withdraw(self, reader_id: int, paper_id: int) -> Standing:
        """Take a vote back; without one nothing changes. Raises as `cast` does."""
        return self._change(reader_id, paper_id, wanted=False)

    def standing(self, paper_id: int, reader_id: int | None = None) -> Standing:
        """Return how a paper stands."""
        counts, mine = self.counts([paper_id]), self.mine(reader_id, [paper_id])
        return Standing(paper_id, counts.get(paper_id, 0), paper_id in mine)

    def counts(self, paper_ids: Sequence[int]) -> dict[int, int]:
        """Return how many votes each paper has, of those that have any."""
        with self._database.read() as connection:
            return store.counts(connection, paper_ids)

    def mine(self, reader_id: int | None, paper_ids: Sequence[int]) -> set[int]:
        """Return which of the papers a reader voted for; nobody known voted for none."""
        if reader_id is None:
            return set()
        with self._database.read() as connection:
            return store.mine(connection, reader_id, paper_ids)

    def of(self, reader_id: int, limit: int) -> tuple[int, list[Cast]]:
        """Return for how many papers a reader voted, and the newest of these votes."""
        with self._database.read() as connection:
            rows = store.of_reader(connection, reader_id, limit)
            return store.count_of_reader(connection, reader_id), [Cast(row.its_id, row.voted_at) for row in rows]

    def deeds(self, reader: Reader, limit: int) -> list[Deed]:
        """Return the newest votes of a reader as deeds."""
        return [Deed(cast.voted_at, "voted for", cast.paper_id) for cast in self.of(reader.id, limit)[1]]

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return all votes of a reader, ready for JSON."""
        with self._database.read() as connection:
            cast = {row.its_id: row.voted_at for row in store.of_reader(connection, reader_id)}
        papers = self._catalogue.papers(list(cast))
        return [{"id": one.key, "title": one.title, "voted_at": cast[one.id].isoformat()} for one in papers]

    def _change(self, reader_id: int, paper_id: int, *, wanted: bool) -> Standing:
        self._allowances.take([(BY_READER, str(reader_id))])
        now = self._clock.now()
        with self._database.write() as connection:
            held = store.hold(connection, paper_id)
            if held is None:
                raise NotFound("This paper is gone from this instance, and its votes with it.", value=paper_id)
            if not store.has_reader(connection, reader_id):
                raise SignInNeeded("This account was deleted meanwhile. Sign in to make another.")
            with seen.of_paper(connection, held.id):
                if wanted:
                    changed = store.add(connection, reader_id, held.id, now)
                else:
                    changed = store.remove(connection, reader_id, held.id)
                votes = store.counts(connection, [held.id]).get(held.id, 0)
                if changed:
                    keep(connection, held.id, [Signal(KIND, votes, now, held.first_seen_at)])
        return Standing(held.id, votes, wanted)
