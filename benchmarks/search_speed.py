"""How fast a search answers at 100,000 real papers: hybrid, text and dense, beside SQLite FTS5 in the same run.

Queries are real: words from titles of papers that are not all in the index, two to eight words long, in a fixed order.
A search is timed as the pages do it, from text to ranked papers with highlights and facets.
"""

import json
import lzma
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.report import Aim, Report, arguments, command
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.settings import load
from broadsheet.sources.files import import_files

CORPUS = "arxiv-1993-2019-sample.jsonl.xz"
QUERIES = "hf-daily-papers.jsonl.xz"
PAPERS, QUICK_PAPERS = 100_000, 10_000
ASKED, QUICK_ASKED = 500, 100
BLOCK = 50
AIM_MS = 3.0


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    count = QUICK_PAPERS if asked.quick else PAPERS
    queries = _queries(asked.data / "corpora" / QUERIES, QUICK_ASKED if asked.quick else ASKED)
    report = Report("search_speed", f"Search at {count:,} papers", command("search_speed"))
    with tempfile.TemporaryDirectory() as directory:
        corpus = Path(directory) / "corpus.jsonl"
        with lzma.open(asked.data / "corpora" / CORPUS) as lines, corpus.open("wb") as plain:
            plain.writelines(islice(lines, count))
        settings = load(home=Path(directory) / "home")
        built = wiring.build(settings)
        import_files([corpus], built.catalogue)
        built.index.catch_up()
        built.close()
        built = wiring.build(settings)  # as a server that opens what is there
        peer = _fts5(corpus)
        ways: dict[str, Callable[[str], object]] = {
            "hybrid": lambda q: built.search.search(q, method="fused"),
            "text": lambda q: built.search.search(q, method="bm25"),
            "dense": lambda q: built.search.search(q, method="dense"),
            "SQLite FTS5, any word": lambda q: peer.execute(
                "SELECT rowid, bm25(papers) FROM papers WHERE papers MATCH ? ORDER BY rank LIMIT 20",
                (" OR ".join(f'"{word}"' for word in q.split()),),
            ).fetchall(),
        }
        times = _times(ways, queries)
        built.close()
    for way, taken in times.items():
        report.rows.append({"way": way, "p50 ms": _at(taken, 50), "p99 ms": _at(taken, 99), "queries": len(taken)})
    hybrid, fts = _at(times["hybrid"], 50), _at(times["SQLite FTS5, any word"], 50)
    report.aims.append(Aim("hybrid search p50", "ms", hybrid, AIM_MS, "at most", "SQLite FTS5", fts))
    report.finish(asked.json)


def _times(ways: dict[str, Callable[[str], object]], queries: Sequence[str]) -> dict[str, list[float]]:
    """Ask the ways in turn, in blocks.

    A change of the machine's speed meets them alike, and a slow way does not empty
    the processor's caches before each query of a fast one.
    """
    times: dict[str, list[float]] = {way: [] for way in ways}
    for query in queries[:50]:  # warm
        for ask in ways.values():
            ask(query)
    for start in range(0, len(queries), BLOCK):
        for way, ask in ways.items():
            for query in queries[start : start + BLOCK]:
                started = time.perf_counter()
                ask(query)
                times[way].append((time.perf_counter() - started) * 1000)
    return times


def _at(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _queries(path: Path, count: int) -> list[str]:
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


def _fts5(corpus: Path) -> sqlite3.Connection:
    database = sqlite3.connect(corpus.with_suffix(".db"))
    database.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract, tokenize='porter unicode61')")
    with database, corpus.open() as lines:
        papers = (json.loads(line) for line in lines)
        database.executemany("INSERT INTO papers VALUES (?, ?)", ((p["title"], p["abstract"]) for p in papers))
    database.execute("INSERT INTO papers(papers) VALUES ('optimize')")
    return database


if __name__ == "__main__":
    main()
