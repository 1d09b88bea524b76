"""Kills the index's writer with -9 at chance moments: opened again, it holds exactly what the catalogue holds.

Run as a script it is the process that is killed.
"""

import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.jobs.leases import Leases
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search import locks
from broadsheet.search.index import Index
from broadsheet.search.query import Query
from tests.invented import record
from tests.search.collection import BagEncoder

KILLS = 12
PAPERS = 30


def test_an_index_that_is_killed_again_and_again_agrees_with_the_catalogue(sqlite: Database, tmp_path: Path) -> None:
    chance = random.Random(20260115)
    clock = SystemClock()
    catalogue = Catalogue(sqlite, clock)
    catalogue.add([record(n) for n in range(PAPERS)])
    directory = tmp_path / "index"
    writer, starts = start(directory, sqlite, catalogue), 1
    indexed = 0
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.0, 0.15))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        held = reader(directory, sqlite, clock).engine()  # whatever was reached, both halves are of one commit
        alive = set(held.by_date(Query()).ids.tolist())
        assert alive <= {paper.id for paper in catalogue.each()}
        assert len(alive) == len(held) >= indexed
        indexed = len(held)
        writer, starts = start(directory, sqlite, catalogue), starts + 1
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    mended = reader(directory, sqlite, clock)
    mended.catch_up()
    assert mended.check() == []
    assert len(mended.engine()) == catalogue.count() > PAPERS
    assert reader(directory, sqlite, clock).check() == []
    assert indexed > PAPERS


def reader(directory: Path, database: Database, clock: SystemClock) -> Index:
    return Index.open(directory, BagEncoder(), Catalogue(database, clock), Leases(database, clock), clock)


def start(directory: Path, database: Database, catalogue: Catalogue) -> "subprocess.Popen[bytes]":
    """Start a writer and wait for its first commit after the start."""
    root = Path(__file__).parents[2]
    command = [sys.executable, str(Path(__file__)), str(directory), database.url, str(catalogue.count())]
    process = subprocess.Popen(
        command,
        cwd=root,
        env={"PYTHONPATH": f"{root}:{root / 'src'}", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"writing\n", process.communicate()[1].decode()
    return process


def write(directory: Path, url: str, first: int) -> None:
    """Add a few papers, change one and index them, again and again, until killed."""
    locks.LEASE = timedelta(seconds=0.2)  # type: ignore[misc]
    clock = SystemClock()
    database = Database(url)
    catalogue = Catalogue(database, clock)
    index = Index.open(directory, BagEncoder(), catalogue, Leases(database, clock), clock)
    index.catch_up()
    print("writing", flush=True)  # noqa: T201 - tells the test that it may kill now
    for round_number in range(10_000):
        number = first + 3 * round_number
        catalogue.add([record(number), record(number + 1), record(number + 2)])
        catalogue.add([record(number % PAPERS, abstract=f"Changed in round {number}.")])
        index.catch_up()


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
