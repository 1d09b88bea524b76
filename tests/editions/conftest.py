"""An instance with its editions, in a zone that a test may choose."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.editions.candidates import Candidates
from broadsheet.editions.desk import Desk
from broadsheet.editions.editions import Editions
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.trending import Trending
from tests.invented import record


@dataclass
class Newsroom:
    database: Database
    clock: FixedClock
    catalogue: Catalogue
    trending: Trending
    editions: Editions
    desk: Desk
    candidates: Candidates

    def at(self, text: str) -> None:
        """Move the clock to a moment such as "2026-01-16 07:00+01:00"."""
        self.clock.move_to(datetime.fromisoformat(text))

    def add(self, *records: SourceRecord) -> list[int]:
        """Take records in and compute what trends."""
        found = list(self.catalogue.add(records).paper_ids)
        self.trending.refresh()
        return found

    def fresh(self, n: int, **overrides: object) -> SourceRecord:
        """The n-th invented record, published the day before."""
        yesterday = self.clock.now().date() - timedelta(days=1)
        return record(n, **({"published": yesterday} | overrides))

    def voted(self, n: int, upvotes: float) -> SourceRecord:
        """The same with upvotes, counted now on a paper ten hours old."""
        now = self.clock.now()
        return self.fresh(n, signals=(Signal("hf_upvotes", upvotes, now, now - timedelta(hours=10)),))

    def on_shelf(self, n: int) -> SourceRecord:
        """A paper of the starter shelf."""
        return record(
            n, source="shelf", published=date(2019, 4, 22), summary=True, abstract=f"A sentence about part {n}."
        )


def _opener(database: Database, clock: FixedClock) -> Callable[..., Newsroom]:
    def build(zone: str = "UTC", hour: int = 7, silence: Callable[[], str] = str) -> Newsroom:
        catalogue = Catalogue(database, clock)
        trending = Trending(database, catalogue, SignalLog(database, clock), clock)
        editions = Editions(database, catalogue, trending, clock, zone=ZoneInfo(zone), hour=hour, silence=silence)
        desk, candidates = Desk(database, editions, clock), Candidates(database, catalogue, trending, clock)
        return Newsroom(database, clock, catalogue, trending, editions, desk, candidates)

    return build


@pytest.fixture
def open_newsroom(sqlite: Database, clock: FixedClock) -> Callable[..., Newsroom]:
    return _opener(sqlite, clock)


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    return open_newsroom()


@pytest.fixture
def stored_newsroom(database: Database, clock: FixedClock) -> Newsroom:
    """The same on both databases, for what is written and read back."""
    return _opener(database, clock)()


@pytest.fixture
def room(stored_newsroom: Newsroom) -> Newsroom:
    """A newsroom before the hour, with eight papers that trend in the order of their numbers."""
    stored_newsroom.at("2026-01-15 05:00+00:00")
    stored_newsroom.add(*(stored_newsroom.voted(n, 60 - n) for n in range(1, 9)))
    return stored_newsroom
