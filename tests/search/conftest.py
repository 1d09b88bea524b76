"""What search tests share: an index that holds a log's papers."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.paper import Paper
from broadsheet.search.engine import Engine
from broadsheet.search.memory import MemoryEngine
from tests.search.collection import BagEncoder, Log, opened

Make = Callable[[Sequence[Paper]], Engine]


@pytest.fixture(params=["disk", "memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path, sqlite: Database, clock: FixedClock) -> Make:
    """Makes an engine that holds these papers: the index on disk, and the oracle in memory."""
    if request.param == "memory":
        return lambda papers: MemoryEngine(papers, BagEncoder())

    def on_disk(papers: Sequence[Paper]) -> Engine:
        index = opened(tmp_path, Log(papers), sqlite, clock)
        index.catch_up()
        return index.engine()

    return on_disk
