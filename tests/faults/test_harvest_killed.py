"""Kills a harvest with -9 at chance moments and runs it again: nothing may be lost, nothing may come twice.

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
from broadsheet.errors import Conflict
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import store
from broadsheet.sources.arxiv.adapter import ArxivConnector
from broadsheet.sources.harvest import Harvester
from tests.sources.servers import Script, arxiv_app, oai_record, serving

PAGES = [[oai_record(n) for n in range(page * 25, page * 25 + 25)] for page in range(16)]
KILLS = 4


def test_a_harvest_that_is_killed_again_and_again_loses_nothing(sqlite: Database) -> None:
    chance = random.Random(20260115)
    script = Script()
    today = f"{SystemClock().now():%Y-%m-%dT%H:%M:%SZ}"  # tokens of another day are not used
    with serving(arxiv_app(script, PAGES, delay=0.05, response_date=today)) as base:
        kills = 0
        while kills < KILLS:
            pages_before = len(script.asked)
            process = start(base, sqlite)
            wait_for_pages(script, pages_before + 1, process)
            time.sleep(chance.uniform(0.0, 0.15))
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            reached = store.rows(sqlite)["arxiv"].cursor
            assert reached is None or Catalogue(sqlite, SystemClock()).count() >= records_before(reached)
        process = start(base, sqlite)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    catalogue = Catalogue(sqlite, SystemClock())
    kept = {record.key for paper in catalogue.each() for record in catalogue.records_of(paper.id)}
    assert kept == {f"2601.{n:05d}" for n in range(400)}
    assert catalogue.count() == 400
    # Restarts went on at a token: only a run that was killed within its first page began anew.
    assert len([asked for asked in script.asked if "from" in asked]) <= 2
    assert len(script.asked) <= len(PAGES) + 2 * KILLS


def records_before(cursor: object) -> int:
    token = cursor.get("token", "") if isinstance(cursor, dict) else ""
    return int(token.removeprefix("after-")) * 25 if token else 0


def wait_for_pages(script: Script, count: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while len(script.asked) < count and time.monotonic() < until:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)


def start(base: str, database: Database) -> "subprocess.Popen[bytes]":
    root = Path(__file__).parents[2]
    command = [sys.executable, str(Path(__file__)), f"{base}/oai", database.url]
    return subprocess.Popen(command, cwd=root, env={"PYTHONPATH": f"{root}:{root / 'src'}"}, stderr=subprocess.PIPE)


def run(url: str, database_url: str) -> None:
    """Harvest to the end, as soon as the killed one's lease has run out."""
    clock = SystemClock()
    database = Database(database_url)
    connector = ArxivConnector(
        Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True), clock, base_url=url, interval=0.0
    )
    harvester = Harvester(
        database,
        Catalogue(database, clock),
        Leases(database, clock),
        clock,
        {"arxiv": connector},
        lease=timedelta(seconds=0.2),
    )
    while True:
        try:
            harvester.harvest("arxiv")
        except Conflict:
            clock.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
