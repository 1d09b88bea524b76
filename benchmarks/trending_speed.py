"""How long a tick of trending takes with a million papers and ten million observations, and what reading a page costs.

Papers are invented and came in evenly over three years, which is the pace of arXiv; each has ten observations on
average, most of them of its first days: upvotes elsewhere, votes and visits here, citations. A steady tick comes five
minutes after the last with `NEW` more observations, most of young papers; the first one has looked at nothing before.
"""

import argparse
import resource
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any, TypeVar

from benchmarks.report import Aim, Report, arguments, command
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.papers import store as papers
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.trending import Trending

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
PAPERS, QUICK_PAPERS = 1_000_000, 50_000
DAYS, QUICK_DAYS = 3 * 365, 60
A_PAPER = 10  # observations, on average
NEW = 5_000
TICKS = 7
KINDS = (
    "hf_upvotes",
    "hf_upvotes",
    "hf_upvotes",
    "hf_upvotes",
    "hf_upvotes",
    "hf_upvotes",
    "votes",
    "clicks",
    "citations",
)
HALF = 18.0  # hours: by then half of a paper's observations were made
CATEGORIES = (
    "cs.LG",
    "cs.CL",
    "cs.CV",
    "math.NT",
    "math.AG",
    "hep-th",
    "astro-ph.GA",
    "q-bio.NC",
    "stat.ML",
    "eess.SP",
)
AIM_SECONDS = 5.0
_BATCH = 20_000
T = TypeVar("T")


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_options, needs_data=False)
    count, days = (QUICK_PAPERS, QUICK_DAYS) if asked.quick else (asked.papers, asked.days)
    title = f"Trending with {count:,} papers of {days:,} days and {count * A_PAPER:,} observations"
    report = Report("trending_speed", title, command("trending_speed"))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "broadsheet.db"
        database, clock = Database(f"sqlite:///{path}"), FixedClock(NOW)
        migrate(database)
        _fill(path, count, days)
        catalogue, signals = Catalogue(database, clock), SignalLog(database, clock)
        _measure(report, database, clock, Trending(database, catalogue, signals, clock), count, days)
        database.close()
    report.finish(asked.json)


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--papers", type=int, default=PAPERS, metavar="N", help="how many papers")
    reader.add_argument("--days", type=int, default=DAYS, metavar="N", help="in how many days they came in")


def _measure(report: Report, database: Database, clock: FixedClock, trending: Trending, count: int, days: int) -> None:
    random = Random(11)
    first, candidates = _timed(trending.refresh)
    steady, idle = [], []
    for _ in range(TICKS):
        clock.sleep(300)
        _observe(database, clock.now(), count, days, random)
        steady.append(_timed(trending.refresh)[0])
        clock.sleep(300)
        idle.append(_timed(trending.refresh)[0])
    rows = {
        "first tick": [first],
        f"tick with {NEW:,} new observations": steady,
        "tick with none": idle,
        "page of a week, 50 places": [_timed(lambda: trending.page("week", limit=50))[0] for _ in range(TICKS)],
        "page of a month of a category, 50 places": [
            _timed(lambda: trending.page("month", "math.NT", "past", 50))[0] for _ in range(TICKS)
        ],
    }
    for what, times in rows.items():
        walls, processors = [one.wall for one in times], [one.processor for one in times]
        report.rows.append(_row(what, median(walls), max(walls), median(processors)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.rows.append(_row(f"candidates {candidates:,}; peak memory {peak:,.0f} MB"))
    longest = max(one.wall for one in steady)
    report.aims += [
        Aim(f"tick with {NEW:,} new observations, the longest", "s", longest, AIM_SECONDS, "at most"),
        Aim("first tick", "s", first.wall, 60, "at most"),
    ]


def _row(what: str, middle: float | str = "", longest: float | str = "", processor: float | str = "") -> dict[str, Any]:
    return {"what": what, "median s": middle, "longest s": longest, "of a processor, s": processor}


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and of a processor: beside other work the first are the machine's mood."""

    wall: float
    processor: float


def _timed(what: Callable[[], T]) -> tuple[Took, T]:
    started, worked = perf_counter(), process_time()
    found = what()
    return Took(perf_counter() - started, process_time() - worked), found


def _observe(database: Database, now: datetime, count: int, days: int, random: Random) -> None:
    """Let new counts come in: seven of ten for papers of the last week, the others for those of the last two months."""
    a_day = count / days
    found = []
    for _ in range(NEW):
        age = random.random() * min(days, 7 if random.random() < 0.7 else 60)
        number = max(int(count - age * a_day), 1)
        kind = random.choice(KINDS)
        found.append((number, Signal(kind, random.randrange(1, 200), now, NOW - timedelta(days=age))))
    with database.write() as connection:
        papers.write_signals(connection, found)


def _fill(path: Path, count: int, days: int) -> None:
    """Write papers and observations as rows: through the doors it would take hours."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    abstract = "We study invented tides with instruments and find that patience decides. " * 14
    random = Random(7)
    connection.execute("BEGIN")
    for start in range(1, count + 1, _BATCH):
        numbers = range(start, min(start + _BATCH, count + 1))
        arrived = {number: NOW - timedelta(days=days * (count - number) / count) for number in numbers}
        connection.executemany(
            "INSERT INTO paper (id, title, abstract, authors, published, date_precision, categories, sources, links, "
            "venue, comments, withdrawn, summary, first_seen_at, updated_at, change) "
            "VALUES (?, ?, ?, '[]', ?, 'day', ?, '[\"arxiv\"]', '[]', '', '', 0, 0, ?, ?, ?)",
            (
                (
                    n,
                    f"Paper {n}",
                    abstract,
                    at.date().isoformat(),
                    f'["{random.choice(CATEGORIES)}"]',
                    _text(at),
                    _text(at),
                    n,
                )
                for n, at in arrived.items()
            ),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO signal (paper_id, kind, observed_at, value, began_at) VALUES (?, ?, ?, ?, ?)",
            (row for n, at in arrived.items() for row in _observed(n, at, random)),
        )
    connection.execute("UPDATE change_counter SET last = ?", (count,))
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def _observed(number: int, arrived: datetime, random: Random) -> Iterator[tuple[int, str, str, float, str]]:
    """Yield a paper's observations: most early, and more of them for the few papers that are read by many."""
    final, began, kind = random.paretovariate(1.1) * 5, _text(arrived), random.choice(KINDS)
    alive = (NOW - arrived).total_seconds() / 3600
    for _ in range(random.randrange(2 * A_PAPER + 1)):
        share = random.random() * min(alive / (alive + HALF), 0.99)
        age = HALF * share / (1 - share)
        yield number, kind, _text(arrived + timedelta(hours=age)), float(int(final * share)), began


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


if __name__ == "__main__":
    main()
