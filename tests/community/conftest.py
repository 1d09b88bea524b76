"""Votes on a database of their own, with invented papers and readers."""

from dataclasses import dataclass

import pytest

from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock
from broadsheet.community.votes import Votes
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue
from tests.invented import record

SECRET = bytes(32)


@dataclass
class Town:
    """The votes under test, and who and what there is to vote."""

    database: Database
    clock: FixedClock
    catalogue: Catalogue
    readers: Readers
    votes: Votes
    papers: list[int]
    ada: int
    bee: int


@pytest.fixture
def town(database: Database, clock: FixedClock) -> Town:
    catalogue = Catalogue(database, clock)
    catalogue.add([record(n) for n in range(1, 4)])
    readers = Readers(database, clock, SECRET)
    ada, bee = (readers.add(f"{name}@quill.example").id for name in ("ada", "bee"))
    papers = [catalogue.get(str(record(n).identifiers[0])).id for n in range(1, 4)]
    return Town(database, clock, catalogue, readers, Votes(database, catalogue, clock, SECRET), papers, ada, bee)
