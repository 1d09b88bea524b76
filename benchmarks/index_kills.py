"""Kills the writer of an index with -9 at 200 chance moments, and looks each time whether both halves are of one state.

The writer is the process of `tests/faults/test_index_killed.py`: it adds papers, changes one, indexes, and goes on.
"""

import random
import signal
import tempfile
import time
from pathlib import Path

from benchmarks.report import Aim, Report, arguments, command
from broadsheet import logs
from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.query import Query
from tests.faults.test_index_killed import PAPERS, reader, start
from tests.invented import record

KILLS, QUICK_KILLS = 200, 20
LONGEST = 0.3  # seconds between a first commit and the kill: some ten commits


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    kills = QUICK_KILLS if asked.quick else KILLS
    report = Report("index_kills", f"Index writes killed {kills} times", command("index_kills"))
    with tempfile.TemporaryDirectory() as directory:
        row = _killed(Path(directory), kills)
    report.rows.append(row)
    wrong = row["halves that differed"] + row["papers lost"] + row["faults at the end"]
    report.aims.append(Aim("disagreements of index and database", "", wrong, 0, "at most"))
    report.finish(asked.json)


def _killed(home: Path, kills: int) -> dict[str, int]:
    chance, clock = random.Random(20260115), SystemClock()
    database = Database(f"sqlite:///{home}/broadsheet.db")
    migrate(database)
    catalogue = Catalogue(database, clock)
    catalogue.add([record(n) for n in range(PAPERS)])
    differed = lost = held_before = 0
    for _ in range(kills):
        writer = start(home / "index", database, catalogue)
        time.sleep(chance.uniform(0.0, LONGEST))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        engine = reader(home / "index", database, clock).engine()
        held = set(engine.by_date(Query()).ids.tolist())
        differed += held != set(engine.text_ids().tolist())  # type: ignore[attr-defined] - an index on disk
        lost += len(held) < held_before
        held_before = len(held)
    mended = reader(home / "index", database, clock)
    mended.catch_up()
    return {
        "kills": kills,
        "halves that differed": differed,
        "papers lost": lost,
        "faults at the end": len(mended.check()) + (len(mended.engine()) != catalogue.count()),
        "papers at the end": catalogue.count(),
    }


if __name__ == "__main__":
    main()
