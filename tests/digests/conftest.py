import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from tests.digests.newsroom import Newsroom, newsroom


@pytest.fixture
def room(database: Database, clock: FixedClock) -> Newsroom:
    """A newsroom on both databases."""
    return newsroom(database, clock)


@pytest.fixture
def desk(sqlite: Database, clock: FixedClock) -> Newsroom:
    """A newsroom on SQLite alone, for what no database decides."""
    return newsroom(sqlite, clock)
