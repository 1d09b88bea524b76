"""Votes and comments on a database of their own, with invented papers and readers."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from broadsheet.accounts.reader import Reader
from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock
from broadsheet.community.comments import Comments
from broadsheet.community.votes import Votes
from broadsheet.database import changes
from broadsheet.database.engine import Database
from broadsheet.errors import BroadsheetError
from broadsheet.papers import departing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.signals import SignalLog
from tests.invented import record

SECRET = bytes(32)


@dataclass
class Town:
    """The parts under test, and who and what there is to speak of."""

    database: Database
    clock: FixedClock
    catalogue: Catalogue
    readers: Readers
    votes: Votes
    comments: Comments
    papers: list[int]
    ada: int
    bee: int

    def reader(self, number: int) -> Reader:
        """Return a reader as a request would find it."""
        return self.readers.get(number)

    def merge(self, loser: int, survivor: int) -> None:
        """Let a paper prove to be another."""
        with self.database.write() as connection:
            departing.depart(connection, loser, survivor, changes.take(connection))

    def part(self, departed: int, holder: int, into: int) -> None:
        """Let what came with a departed paper be another's again."""
        with self.database.write() as connection:
            departing.give_back(connection, departed, holder, into)

    def series(self, paper_id: int, kind: str) -> list[float]:
        """Return the observations of one kind, oldest first."""
        found = SignalLog(self.database, self.clock).of([paper_id])
        return [signal.value for signal in found.get(paper_id, []) if signal.kind == kind]


def at_once(*deeds: Callable[[], object]) -> list[BroadsheetError]:
    """Do everything at the same time, and return what a person would be told of; anything else is raised."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        start.wait()
        deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        ends = [done.exception() for done in [pool.submit(do, deed) for deed in deeds]]
    told = [end for end in ends if isinstance(end, BroadsheetError)]
    for end in ends:
        if end is not None and end not in told:
            raise end
    return told


@pytest.fixture
def town(database: Database, clock: FixedClock) -> Town:
    catalogue = Catalogue(database, clock)
    catalogue.add([record(n) for n in range(1, 4)])
    readers = Readers(database, clock, SECRET)
    ada, bee = (readers.add(f"{name}@quill.example").id for name in ("ada", "bee"))
    papers = [catalogue.get(str(record(n).identifiers[0])).id for n in range(1, 4)]
    votes, comments = Votes(database, catalogue, clock, SECRET), Comments(database, catalogue, clock, SECRET)
    return Town(database, clock, catalogue, readers, votes, comments, papers, ada, bee)
