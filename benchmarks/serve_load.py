"""Searches a second over HTTP: a server of several processes, and many clients that each wait for their answer.

The server is `broadsheet up --workers 2 --no-tick` on an index of the given size; clients are threads of this process,
on the same machine, so that what they take is taken from the server.
"""

import argparse
import http.client
import json
import statistics
import tempfile
import threading
import time
import urllib.parse
from itertools import cycle
from pathlib import Path

from benchmarks.collection import Collection
from benchmarks.report import Aim, Report, arguments, command
from benchmarks.search_speed import QUERIES, queries_of
from benchmarks.served import served, status_of
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import SourceRecord
from broadsheet.settings import load

PAPERS, QUICK_PAPERS = 1_000_000, 10_000
WORKERS, CLIENTS = 2, 32
SECONDS, QUICK_SECONDS = 30, 8
WARM_SECONDS = 5
AT_ONCE = 2_000


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_more)
    logs.configure()
    size = QUICK_PAPERS if asked.quick else asked.papers
    title = f"Searches over HTTP at {size:,} papers, {WORKERS} workers, {CLIENTS} clients"
    given = "" if asked.quick or size == PAPERS else f" --papers {size}"
    report = Report("serve_load", title, command("serve_load") + given)
    with tempfile.TemporaryDirectory() as directory:
        work = asked.work or Path(directory)
        home = work / f"served{size}"
        _fill(home, work / "collection.db", asked.data / "corpora", size)
        queries = queries_of(asked.data / "corpora" / QUERIES, 500)
        taken, failures, seconds = _load(home, queries, QUICK_SECONDS if asked.quick else SECONDS)
    cuts = statistics.quantiles(taken, n=100)
    rate = len(taken) / seconds
    row = {"papers": size, "searches/s": rate, "p50 ms": cuts[49], "p99 ms": cuts[98], "errors": failures}
    report.rows.append(row | {"searches": len(taken)})
    report.aims.append(Aim("searches over HTTP", "per second", rate, 100, "at least"))
    report.aims.append(Aim("p99 of a search over HTTP", "ms", cuts[98], 250, "at most"))
    report.aims.append(Aim("errors", "", failures, 0, "at most"))
    report.finish(asked.json)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--papers", type=int, default=PAPERS, metavar="N", help="size of the collection")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="keep the instance here, and use the one that is there"
    )


def _fill(home: Path, collection: Path, corpora: Path, size: int) -> None:
    """Take papers in through the catalogue and index them, unless that was done."""
    home.mkdir(parents=True, exist_ok=True)
    built = wiring.build(load(home=home))
    made = Collection.make(collection, corpora, size)
    at = max(0, built.catalogue.count() - AT_ONCE)
    while changes := made.changes_after(at, AT_ONCE):
        built.catalogue.add([_record(change.paper) for change in changes if change.paper])
        at = changes[-1].change
    built.index.catch_up()
    built.close()


def _record(paper: Paper) -> SourceRecord:
    number = f"{paper.id:09d}"
    return SourceRecord(
        source=paper.sources[0],
        key=number,
        title=f"{paper.title} {number}",  # made papers may share a title; they are different works
        abstract=paper.abstract,
        authors=paper.authors,
        published=paper.published,
        identifiers=(Identifier("doi", f"10.5555/{number}"),),
        categories=paper.categories,
    )


def _load(home: Path, queries: list[str], seconds: float) -> tuple[list[float], int, float]:
    """Return how long each search took in milliseconds, how many failed, and over how many seconds that was."""
    with served(home, "--no-tick", "--workers", str(WORKERS)) as port:
        _ask(port, queries, WARM_SECONDS)
        return _ask(port, queries, seconds)


def _ask(port: int, queries: list[str], seconds: float) -> tuple[list[float], int, float]:
    taken: list[float] = []
    failed: list[str] = []
    began = time.perf_counter()

    def client(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for query in cycle(queries[first:] + queries[:first]):
            started = time.perf_counter()
            if started - began > seconds:
                return
            try:
                status = status_of(connection, "/api/v1/search?" + urllib.parse.urlencode({"q": query}))
            except (OSError, http.client.HTTPException) as error:
                failed.append(repr(error))
                connection.close()
                continue
            if status != 200:
                failed.append(str(status))
            taken.append((time.perf_counter() - started) * 1000)

    clients = [threading.Thread(target=client, args=(n * len(queries) // CLIENTS,)) for n in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    if failed:
        print("failures:", json.dumps(failed[:3]))
    return taken, len(failed), time.perf_counter() - began


if __name__ == "__main__":
    main()
