"""Kills a harvest with -9 at chance moments and runs it again: nothing lost, nothing twice, nothing half, no lie.

Run as a script it is the process that is killed. `benchmarks/harvest_kills.py` does the same two hundred times.
"""

import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import store
from broadsheet.sources.arxiv.adapter import ArxivConnector
from broadsheet.sources.harvest import Harvester
from tests.sources.servers import Script, oai_page, oai_record, oai_version, serving

PAGE, RECORDS = 25, 400
KILLS = 4
LEASE = timedelta(seconds=0.2)  # what a killed run costs the next one
LONGEST = 0.15  # seconds between a page and the kill: some pages, and anywhere within one
DELAY = 0.05  # seconds that the server takes for a page
TOLD = ("kills", "kills before a page was kept", "rounds complete")  # what a tally counts that is no fault
EDITION = re.compile(r"edition (\d+)")


@dataclass
class Archive:
    """A server of `RECORDS` papers in pages; each edition words every paper anew, in title and abstract alike."""

    script: Script = field(default_factory=Script)
    edition: int = 1

    def app(self) -> Starlette:
        def oai(request: Request) -> Response:
            time.sleep(DELAY)
            token = request.query_params.get("resumptionToken")
            start = int(token.removeprefix("after-")) if token else 0
            mark = "" if start + PAGE >= RECORDS else f"after-{start + PAGE}"
            records = [self._record(n) for n in range(start, start + PAGE)]
            today = f"{SystemClock().now():%Y-%m-%dT%H:%M:%SZ}"  # tokens of another day are not used
            return self.script.answer(request, oai_page(records, mark, today), "text/xml")

        return Starlette(routes=[Route("/oai", oai)])

    def _record(self, n: int) -> str:
        said = f"On tide table {n}, edition {self.edition}"
        versions = "".join(oai_version(number) for number in range(1, self.edition + 1))
        return oai_record(n, title=said, abstract=f"{said}, at length.", versions=versions)


@dataclass
class Tally:
    """What the kills have shown; every entry but those of `TOLD` should stay 0."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, how_many: int = 1) -> None:
        self.counts[what] += how_many


def test_a_harvest_that_is_killed_again_and_again_loses_nothing(sqlite: Database) -> None:
    archive, chance, tally = Archive(), random.Random(20260115), Tally()
    with serving(archive.app()) as base:
        for _ in range(KILLS):
            kill_once(base, sqlite, archive, chance, tally)
        complete(base, sqlite, tally)
    assert tally.counts["kills"] == KILLS
    assert faults(tally) == {}
    assert held(sqlite) == {f"2601.{n:05d}" for n in range(RECORDS)}
    # Restarts went on at a token: only a run after one that was killed before it had kept a page began anew.
    began = [asked for asked in archive.script.asked if "from" in asked]
    assert len(began) <= 1 + tally.counts["kills before a page was kept"]
    assert len(archive.script.asked) <= RECORDS // PAGE + 2 * KILLS


def kill_once(
    base: str, database: Database, archive: Archive, chance: random.Random, tally: Tally, pages: int = 1
) -> None:
    """Harvest until up to `pages` pages were asked for and a chance moment more, kill, and look at what is there.

    A round that was complete before the kill is followed by another, of the next edition.
    """
    while True:
        wanted = len(archive.script.asked) + chance.randint(1, pages)
        process = start(base, database)
        moment = time.monotonic() + 60
        while len(archive.script.asked) < wanted and process.poll() is None and time.monotonic() < moment:
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, LONGEST))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            tally.add("kills")
            look(database, archive, tally)
            return
        tally.add("rounds complete")
        tally.add("runs that failed", process.returncode != 0)
        archive.edition += 1


def complete(base: str, database: Database, tally: Tally) -> None:
    """Let the last round end, and see that all is there in its newest wording."""
    process = start(base, database)
    process.communicate(timeout=120)
    tally.add("runs that failed", process.returncode != 0)
    tally.add("papers lost", RECORDS - len(held(database)))
    sentence = harvester(database, "http://127.0.0.1:9/oai").status()[0].sentence
    tally.add("untrue words", " was harvested " not in sentence)


def look(database: Database, archive: Archive, tally: Tally) -> None:
    """Compare what is kept with the cursor, title with abstract, and the status with the lease."""
    catalogue = Catalogue(database, SystemClock())
    papers = list(catalogue.each())
    row = store.rows(database).get("arxiv")
    cursor = row.cursor if row and row.cursor else {}
    tally.add("kills before a page was kept", not (isinstance(cursor, dict) and cursor.get("token")))
    tally.add("papers lost", max(0, _promised(cursor, row is not None and row.succeeded_at is not None) - len(papers)))
    tally.add("papers twice", len(papers) - len({paper.identifiers[0] for paper in papers}))
    for paper in papers:
        told = {found[1] for found in map(EDITION.search, (paper.title, paper.abstract)) if found}
        tally.add("papers half stored", len(told) != 1 or {str(len(paper.versions))} != told)
        tally.add("papers half stored", not (paper.authors and catalogue.records_of(paper.id)))
    time.sleep(LEASE.total_seconds() + 0.05)
    health = harvester(database, "http://127.0.0.1:9/oai").status()[0]
    ended = row is not None and row.started_at and row.succeeded_at and row.succeeded_at >= row.started_at
    true = "was harvested" if ended else "was cut off" if row else "has not been harvested yet"
    tally.add("untrue words", health.running or true not in health.sentence)


def _promised(cursor: object, was_complete: bool) -> int:
    """Return how many papers the cursor says are there."""
    token = cursor.get("token", "") if isinstance(cursor, dict) else ""
    return RECORDS if was_complete else int(token.removeprefix("after-")) if token else 0


def held(database: Database) -> set[str]:
    """Return the keys of all records that belong to a paper."""
    catalogue = Catalogue(database, SystemClock())
    return {record.key for paper in catalogue.each() for record in catalogue.records_of(paper.id)}


def faults(tally: Tally) -> dict[str, int]:
    """Return what should not have been."""
    return {name: count for name, count in tally.counts.items() if count and name not in TOLD}


def harvester(database: Database, url: str) -> Harvester:
    clock = SystemClock()
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
    connector = ArxivConnector(outgoing, clock, base_url=url, interval=0.0)
    catalogue, leases = Catalogue(database, clock), Leases(database, clock)
    return Harvester(database, catalogue, leases, clock, {"arxiv": connector}, lease=LEASE)


def start(base: str, database: Database) -> "subprocess.Popen[bytes]":
    root = Path(__file__).parents[2]
    command = [sys.executable, str(Path(__file__)), f"{base}/oai", database.url]
    return subprocess.Popen(command, cwd=root, env={"PYTHONPATH": f"{root}:{root / 'src'}"}, stderr=subprocess.PIPE)


def run(url: str, database_url: str) -> None:
    """Harvest to the end, as soon as the killed one's lease has run out."""
    desk = harvester(Database(database_url), url)
    while True:
        try:
            desk.harvest("arxiv")
        except Conflict:
            SystemClock().sleep(0.05)
        else:
            return


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
