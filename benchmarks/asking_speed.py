"""What helps in asking, at 300,000 papers: titles while one types, spelling, similar papers, and paging by cursor.

Beginnings and typing errors are made, by a fixed chance, of the titles of papers that are not all in the index. Titles
are suggested by SQLite FTS5 in the same run, with prefix indexes, for the same beginnings.
"""

import json
import lzma
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from string import ascii_lowercase

from benchmarks.collection import Collection
from benchmarks.report import Aim, Report, arguments, command
from broadsheet import logs
from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.encoders.loader import load_encoder
from broadsheet.jobs.leases import Leases
from broadsheet.search.engine import Engine
from broadsheet.search.index import Index
from broadsheet.search.query import parse
from broadsheet.search.service import Search
from broadsheet.search.spelling import FEW, corrected, suggestion
from broadsheet.search.vocabulary import Vocabulary

QUERIES = "hf-daily-papers.jsonl.xz"
PAPERS, QUICK_PAPERS = 300_000, 5_000
TITLES, QUICK_TITLES = 1_500, 150
BROAD = "language models"
AIM_SUGGEST_MS = 30.0


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    count = QUICK_PAPERS if asked.quick else PAPERS
    titles = _titles(asked.data / "corpora" / QUERIES, QUICK_TITLES if asked.quick else TITLES)
    report = Report("asking_speed", f"Help in asking at {count:,} papers", command("asking_speed"))
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        log = Collection.make(home / "collection.db", asked.data / "corpora", count)
        database, clock = Database(f"sqlite:///{home}/leases.db"), SystemClock()
        migrate(database)
        index = Index.open(home / "index", load_encoder("static"), log, Leases(database, clock), clock)
        index.catch_up()
        search = Search(index, log, clock)  # type: ignore[arg-type] - of a catalogue it asks for papers alone
        measure(report, search, index.engine(), titles)
        peer = _fts5(log, count)
        peer_p99 = _row(report, "suggest, SQLite FTS5", [_timed(lambda t=t: peer(t)) for t in _beginnings(titles)])
        database.close()
    suggest = next(row["p99 ms"] for row in report.rows if row["what"] == "suggest titles")
    report.aims.append(Aim("suggesting titles, p99", "ms", suggest, AIM_SUGGEST_MS, "at most", "SQLite FTS5", peer_p99))
    report.finish(asked.json)


def measure(report: Report, search: Search, engine: Engine, titles: Sequence[str]) -> None:
    """Add one row for each help."""
    known = Vocabulary()
    _row(report, "suggest titles", [_timed(lambda t=t: search.suggest(t)) for t in _beginnings(titles)])
    for errors in (1, 2):
        _spelling(report, engine, titles, errors)
    times = [_timed(lambda t=t: suggestion(engine, parse(t), t, known)) for t in titles if t.strip()]
    false = sum(suggestion(engine, parse(title), title, known) is not None for title in titles if title.strip())
    _row(report, "spelling of real titles", times, f"{false / len(titles):.1%} get a suggestion")
    ids = [hit.paper.id for title in titles[:200] for hit in search.search(title, limit=1).hits]
    for diversity in (0.0, 0.3):
        times = [_timed(lambda n=n, d=diversity: search.similar(n, 6, d)) for n in ids]
        _row(report, f"6 similar papers, diversity {diversity}", times)
    pages = list(_walk(search))
    _row(report, "pages 1 to 10 of 100, by cursor", [took for took, _ in pages[:10]])
    if len(pages) > 10:
        ids_shown = [one for _, shown in pages for one in shown]
        told = f"{len(ids_shown):,} results, {len(ids_shown) - len(set(ids_shown))} twice"
        _row(report, f"pages 11 to {len(pages)} of 100", [took for took, _ in pages[10:]], told)


def _spelling(report: Report, engine: Engine, titles: Sequence[str], errors: int) -> None:
    chance, known = Random(errors), Vocabulary()
    times, right = [], 0
    for title in titles:
        words = [word for word in re.findall(r"[a-z]{5,}", title.lower()) if engine.held(word) > 20]
        if not words:
            continue
        meant = wrong = chance.choice(words)
        for _ in range(errors):
            wrong = _mistyped(wrong, chance)
        papers = engine.held(wrong)
        if wrong == meant or not 0 <= papers <= FEW:
            continue
        times.append(_timed(lambda w=wrong, p=papers: corrected(engine, w, p, known)))
        right += corrected(engine, wrong, papers, known) == meant
    _row(report, f"spelling, {errors} error{'s' * (errors > 1)}", times, f"{right / len(times):.1%} right")


def _walk(search: Search) -> Iterator[tuple[float, list[int]]]:
    """Yield how long each page of a broad question took, and its papers."""
    cursor = None
    while True:
        began = time.perf_counter()
        page = search.search(BROAD, limit=100, cursor=cursor)
        yield (time.perf_counter() - began) * 1000, [hit.paper.id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            return


def _mistyped(word: str, chance: Random) -> str:
    """Return a word with one letter missing, too many, wrong, or swapped with its neighbour."""
    at, kind = chance.randrange(len(word) - 1), chance.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + chance.choice(ascii_lowercase) + word[at + (kind == 2) :]


def _beginnings(titles: Sequence[str]) -> list[str]:
    return [title[:length] for title in titles[:400] for length in range(2, min(len(title), 40), 3)]


def _fts5(log: Collection, count: int) -> Callable[[str], object]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE title USING fts5(said, prefix='1 2 3')")
    for start in range(0, count, 5_000):
        papers = log.papers(range(start + 1, start + 5_001))
        database.executemany("INSERT INTO title (rowid, said) VALUES (?, ?)", [(one.id, one.title) for one in papers])

    def suggest(text: str) -> object:
        words = re.findall(r"\w+", text)
        asked = " ".join(f'"{word}"' for word in words) + "*" * bool(words)
        return database.execute("SELECT said FROM title WHERE title MATCH ? ORDER BY rank LIMIT 8", (asked,)).fetchall()

    return suggest


def _titles(path: Path, count: int) -> list[str]:
    with lzma.open(path) as lines:
        titles = [json.loads(line)["title"] for line in lines]
    Random(4).shuffle(titles)
    return list(islice((title for title in titles if re.search(r"\w", title)), count))


def _timed(ask: Callable[[], object]) -> float:
    """Return the middle of three times: what else the machine does at a moment must not count as ours."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[1]


def _row(report: Report, what: str, times: Iterable[float], told: str = "") -> float:
    taken = sorted(times)
    p99 = taken[min(len(taken) * 99 // 100, len(taken) - 1)]
    report.rows.append(
        {"what": what, "asked": len(taken), "p50 ms": statistics.median(taken), "p99 ms": p99, "found": told}
    )
    return p99


if __name__ == "__main__":
    main()
