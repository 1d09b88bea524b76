"""Catalogues for the tests of papers: on both databases, and on SQLite alone where that is enough."""

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue


@pytest.fixture
def stored(database: Database, clock: FixedClock) -> Catalogue:
    return Catalogue(database, clock)


@pytest.fixture
def catalogue(sqlite: Database, clock: FixedClock) -> Catalogue:
    return Catalogue(sqlite, clock)
