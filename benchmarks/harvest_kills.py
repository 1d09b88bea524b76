"""Kills a harvest with -9 at 200 chance moments, and looks each time for what is lost, twice, half stored or untrue.

Server and process are those of `tests/faults/test_harvest_killed.py`; each complete round is followed by one in which
every paper is worded anew.
"""

import random
import tempfile
from pathlib import Path

from benchmarks.report import Aim, Report, arguments, command
from broadsheet import logs
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from tests.faults.test_harvest_killed import Archive, Tally, complete, faults, kill_once
from tests.sources.servers import serving

KILLS, QUICK_KILLS = 200, 20
PAGES = 6  # within so many of a run the kill falls
WRONG = ("papers lost", "papers twice", "papers half stored", "untrue words", "runs that failed")


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    kills = QUICK_KILLS if asked.quick else KILLS
    report = Report("harvest_kills", f"Harvests killed {kills} times", command("harvest_kills"))
    with tempfile.TemporaryDirectory() as directory:
        tally = _killed(Path(directory), kills)
    report.rows.append({name: tally.counts[name] for name in ("kills", "rounds complete", *WRONG)})
    wrong = sum(faults(tally).values())
    report.aims.append(Aim("what was lost, twice, half or untrue", "", wrong, 0, "at most"))
    report.finish(asked.json)


def _killed(home: Path, kills: int) -> Tally:
    archive, chance, tally = Archive(), random.Random(20260115), Tally()
    database = Database(f"sqlite:///{home}/broadsheet.db")
    migrate(database)
    with serving(archive.app()) as base:
        for _ in range(kills):
            kill_once(base, database, archive, chance, tally, PAGES)
        complete(base, database, tally)
    return tally


if __name__ == "__main__":
    main()
