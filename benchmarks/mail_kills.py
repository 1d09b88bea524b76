"""Kills the sending of 10,000 digests with -9 at 100 chance moments, and counts at the server who was mailed how often.

The process is that of `tests/faults/test_digest_killed.py`, over four connections; the server is a process of its own,
which no kill reaches. A kill can hide what was on its way: those go out once more, and nobody may be left out or be
mailed a third time.
"""

import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.report import Aim, Report, arguments, command
from benchmarks.smtp_sink import Sink, sink
from broadsheet import logs
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from tests.conftest import NOON
from tests.faults.digest_sender import CONNECTIONS, press
from tests.faults.test_digest_killed import kill_once, subscribe_all

KILLS, QUICK_KILLS = 100, 10
READERS, QUICK_READERS = 10_000, 1_000
LATEST = 0.05  # seconds after a mail within which a kill falls
AT_ONCE = 2 * CONNECTIONS  # mails that one kill can hide: on their way, or taken by the server and not yet written down


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    kills, readers = (QUICK_KILLS, QUICK_READERS) if asked.quick else (KILLS, READERS)
    report = Report("mail_kills", f"Sending {readers:,} digests, killed {kills} times", command("mail_kills"))
    with tempfile.TemporaryDirectory() as directory, sink(Path(directory)) as server:
        report.rows.append(_killed(Path(directory), server, kills, readers))
    (row,) = report.rows
    report.aims += [
        Aim("readers without a mail", "", row["without a mail"], 0, "at most"),
        Aim("readers mailed twice", "", row["twice"], AT_ONCE * kills, "at most"),
        Aim("readers mailed three times", "", row["three times"], 0, "at most"),
    ]
    report.finish(asked.json)


def _killed(home: Path, server: Sink, kills: int, readers: int) -> dict[str, Any]:
    chance, clock = random.Random(20260115), FixedClock(NOON)
    database = Database(f"sqlite:///{home}/broadsheet.db")
    migrate(database)
    room = press(database, server.url)
    subscribe_all(database, clock, readers)
    assert room.digests.queue_due() == readers
    killed = 0
    for left in range(kills, 0, -1):
        came = server.count()
        share = max(0, readers - came) // left  # of what is left, so that no kill comes after the end
        kill_once(database, server.url, server.count, came + chance.randint(0, 2 * share), chance.random() * LATEST)
        killed += server.count() < readers
    room.digests.send_due()
    states = Counter(room.states())
    tally = server.tally()
    return {
        "readers": readers,
        "kills": kills,
        "with mails left": killed,
        "mails at the server": tally["mails"],
        "without a mail": readers - tally["recipients"],
        "once": tally["once"],
        "twice": tally["twice"],
        "three times": tally["more"],
        **{state: states[state] for state in ("accepted", "unsure")},
    }


if __name__ == "__main__":
    main()
