"""How fast papers come in through a harvest, the whole way: read, merge, store, encode, index; and whether it stays so.

All corpora go into one growing instance, then papers made of them (`collection.py`), each with an arXiv id of its own.
The rate of a size is that of the papers since the size before it, so that growth would show.
"""

import argparse
import json
import lzma
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Generator, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from benchmarks.collection import CORPORA, Maker
from benchmarks.report import Aim, Report, arguments, command
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.errors import Invalid
from broadsheet.papers.records import SourceRecord
from broadsheet.settings import load
from broadsheet.sources.connector import Batch, Cursor, Rejected
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.jsonl import record_of

SIZES, QUICK_SIZES = (100_000, 300_000, 1_000_000), (2_000, 6_000)
PAGE = 2_500  # records a page, as arXiv's OAI-PMH has
READ = (*CORPORA, "hf-daily-papers.jsonl.xz")
RATE, FLAT = 2_000.0, 0.8


class Corpora:
    """A source that hands out the lines of a file, page by page, up to `limit` in all."""

    name, title, upstream, schedule = "corpora", "The corpora", "corpora", timedelta(days=1)

    def __init__(self, path: Path) -> None:
        self._lines = path.open("rb")
        self._given = 0
        self.limit = 0

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:  # noqa: ARG002 - the open file is the cursor
        """Yield the next pages."""
        while some := list(islice(self._lines, min(PAGE, self.limit - self._given))):
            self._given += len(some)
            records, rejected = _parsed(some)
            yield Batch(records, rejected, {"given": self._given})
        yield Batch((), (), {"given": self._given}, done=True)


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_more)
    logs.configure()
    sizes = QUICK_SIZES if asked.quick else tuple(int(size) for size in asked.papers.split(","))
    report = Report("harvest_speed", "Harvest, the whole way", command("harvest_speed"))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "papers.jsonl"
        # In a process of its own: what makes papers holds all corpora in memory, which is not to count here.
        maker = multiprocessing.get_context("spawn").Process(target=_write, args=(asked.data, path, sizes[-1]))
        maker.start()
        maker.join()
        report.rows.extend(_harvested(path, Path(directory) / "home", sizes))
    _aims(report)
    report.finish(asked.json)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--papers", default=",".join(map(str, SIZES)), metavar="N,N", help="sizes of the instance")


def _write(data: Path, path: Path, count: int) -> None:
    """Write `count` papers, a line each: those of the corpora, then made ones."""
    with path.open("wb") as out:
        written = 0
        for line in islice(_real(data / "corpora"), count):
            out.write(line)
            written += 1
        maker = Maker(data / "corpora") if written < count else None
        for n in range(count - written):
            out.write(_made(maker, n) if maker else b"")


def _real(corpora: Path) -> Iterator[bytes]:
    for name in READ:
        with lzma.open(corpora / name) as lines:
            yield from lines


def _made(maker: Maker, n: int) -> bytes:
    """Return the n-th made paper, with an arXiv id of years to come."""
    paper = maker.paper(maker.count + n)
    named = f"{30 + n // 1_080_000:02d}{1 + n // 90_000 % 12:02d}.{10_000 + n % 90_000:05d}"
    told = {**paper, "id": f"arxiv:{named}", "source": "arxiv", "urls": [f"https://arxiv.org/abs/{named}"]}
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def _parsed(lines: list[bytes]) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    records, rejected = [], []
    for line in lines:
        try:
            records.append(record_of(line))
        except Invalid as error:
            rejected.append(Rejected(line[:40].decode("utf-8", "replace"), error.message))
    return tuple(records), tuple(rejected)


def _harvested(path: Path, home: Path, sizes: tuple[int, ...]) -> Iterator[dict[str, float]]:
    built, source = wiring.build(load(home=home, sources=())), Corpora(path)
    harvester = Harvester(built.database, built.catalogue, built.leases, built.clock, {source.name: source})
    before = 0
    for source.limit in sizes:
        started = time.perf_counter()
        report = harvester.harvest(source.name)
        stored = time.perf_counter()
        built.index.catch_up()
        ended = time.perf_counter()
        since, before = source.limit - before, source.limit
        yield {
            "records": source.limit,
            "papers": built.catalogue.count(),
            "rejected": report.rejected,
            "read, merge and store papers/s": since / (stored - started),
            "encode and index papers/s": since / (ended - stored),
            "papers/s": since / (ended - started),
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "MB on disk": sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) / 1e6,
        }
    built.close()


def _aims(report: Report) -> None:
    first, last = report.rows[0], report.rows[-1]
    for row in report.rows:
        report.aims.append(Aim(f"harvest up to {row['records']:,}", "papers/s", row["papers/s"], RATE, "at least"))
    flat = last["papers/s"] / first["papers/s"]
    report.aims.append(Aim("rate of the last papers, of the first ones'", "", flat, FLAT, "at least"))


if __name__ == "__main__":
    main()
