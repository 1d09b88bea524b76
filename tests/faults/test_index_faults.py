"""Damages the files of an index and fills its disk: a clear error or self-repair, and never a wrong answer.

Run as a script it is the process whose files may not grow.
"""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.clock import FixedClock, SystemClock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.search.index import Index
from broadsheet.search.query import Query
from tests.doors.instance import PATIENCE
from tests.invented import paper
from tests.search.collection import Log, opened, put_instead

PAPERS, MORE = 40, 1_700
LIMIT = 400_000  # bytes: the vectors outgrow it, the database with its leases does not


@pytest.fixture
def log() -> Log:
    return Log([paper(n) for n in range(1, PAPERS + 1)])


def one_file(directory: Path, pattern: str) -> Path:
    return max((directory / "index").glob(f"g*/{pattern}"), key=lambda path: path.stat().st_size)


def mends_itself(index: Index) -> None:
    with pytest.raises(Unavailable, match="not usable"):
        index.engine()
    assert index.catch_up() == PAPERS
    assert index.check() == []
    assert sorted(index.engine().by_date(Query()).ids.tolist()) == list(range(1, PAPERS + 1))


@pytest.mark.parametrize("pattern", ["heads", "codes", "vectors", "pairs", "labels", "text/*.idx", "text/*.store"])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.999])
def test_a_file_that_was_cut_off_is_made_again(
    tmp_path: Path, log: Log, sqlite: Database, clock: FixedClock, pattern: str, kept: float
) -> None:
    opened(tmp_path, log, sqlite, clock).catch_up()
    file = one_file(tmp_path, pattern)
    put_instead(file, file.read_bytes()[: int(kept * file.stat().st_size)])
    mends_itself(opened(tmp_path, log, sqlite, clock))


@pytest.mark.parametrize("ending", ["idx", "term", "pos", "fast", "fieldnorm", "store"])
def test_a_segment_that_lost_a_file_is_made_again(
    tmp_path: Path, log: Log, sqlite: Database, clock: FixedClock, ending: str
) -> None:
    opened(tmp_path, log, sqlite, clock).catch_up()
    one_file(tmp_path, f"text/*.{ending}").unlink()
    mends_itself(opened(tmp_path, log, sqlite, clock))


def test_a_full_disk_is_a_clear_error_and_the_old_state_goes_on(
    tmp_path: Path, log: Log, sqlite: Database, clock: FixedClock
) -> None:
    opened(tmp_path, log, sqlite, clock).catch_up()
    said = subprocess.run(
        [sys.executable, __file__, str(tmp_path), sqlite.url],
        cwd=(root := Path(__file__).parents[2]),
        env={"PYTHONPATH": f"{root}:{root / 'src'}", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert said.stdout.startswith("The search index cannot be written: "), said.stderr
    assert "See that the disk has room" in said.stdout
    reader = opened(tmp_path, log, sqlite, clock)
    assert len(reader.engine()) == PAPERS
    for n in range(PAPERS + 1, PAPERS + MORE + 1):
        log.put(paper(n, abstract=""))
    assert reader.catch_up() == MORE
    assert reader.check() == []


def fill(directory: Path, url: str) -> None:
    """Index more papers than the limit of a file's size allows, and print what is said then."""
    clock = SystemClock()
    log = Log([paper(n) for n in range(1, PAPERS + 1)])
    for n in range(PAPERS + 1, PAPERS + MORE + 1):
        log.put(paper(n, abstract=""))
    index = opened(directory, log, Database(url), clock)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
    try:
        index.catch_up()
    except Unavailable as error:
        print(error.message)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    fill(Path(sys.argv[1]), sys.argv[2])
