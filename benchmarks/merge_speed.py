"""How fast records become works as a collection grows, and what a day's batch and looking for repeated abstracts cost.

Records are the corpora's own first, then made of them: each a work with an id of its own, half of its words another's.
One in ten comes a second time from another source without identifiers, as proceedings do. Timed are intake (clean,
find, compare, write) without encoding and index, then `BATCH` more, then the search for repeated abstracts.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.merge_quality import corpus_records
from benchmarks.report import Aim, Report, arguments, command
from broadsheet.app.wiring import collect_seldom
from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.duplicates import Duplicates
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord

SIZES = (100_000, 300_000, 1_000_000)
QUICK = (5_000, 10_000)
BATCH = 2_000
TWICE = 10  # one record in so many comes from a second source
AIM_MINUTES = 10.0


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_options)
    sizes = QUICK if asked.quick else tuple(size for size in SIZES if size <= asked.largest)
    collect_seldom()
    report = Report("merge_speed", "Merging as a collection grows", command("merge_speed"))
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{Path(directory) / 'merge.db'}")
        migrate(database)
        catalogue, alike = Catalogue(database, SystemClock()), Duplicates(database, SystemClock())
        _grow(report, catalogue, alike, _records(corpus_records(asked.data)), sizes, Path(directory))
        database.close()
    last = report.rows[-1]
    minutes = float(last["minutes"])
    report.aims += [
        Aim(f"merge {last['records']:,} records", "minutes", minutes, AIM_MINUTES, "at most"),
        Aim("records a second at the end, beside the beginning", "times", _slower(report), 0.5, "at least"),
    ]
    report.finish(asked.json)


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--largest", type=int, default=SIZES[-1], metavar="N", help="stop at this size")


def _slower(report: Report) -> float:
    rates = [float(row["records/s"]) for row in report.rows]
    return rates[-1] / rates[0]


def _grow(
    report: Report,
    catalogue: Catalogue,
    alike: Duplicates,
    records: Iterator[SourceRecord],
    sizes: Sequence[int],
    home: Path,
) -> None:
    held, seconds = 0, 0.0
    for size in sizes:
        took = sum(_timed(catalogue, batch) for batch in _batches(records, size - held))
        rate, held, seconds = (size - held) / took, size + BATCH, seconds + took
        daily = sum(_timed(catalogue, batch) for batch in _batches(records, BATCH))
        looked, pairs, spent = _look(alike)
        row = {"records": held, "papers": catalogue.count(), "records/s": round(rate)}
        row |= {"minutes": round(seconds / 60, 2), f"{BATCH:,} more, s": round(daily, 2)}
        row |= {"repeats looked at": looked, "pairs found": pairs, "s per 100,000": round(1e5 * spent / looked, 1)}
        size_mb = sum(path.stat().st_size for path in home.iterdir()) / 1e6
        report.rows.append(row | {"MB on disk": round(size_mb)})
        print(report.rows[-1], flush=True)


def _batches(records: Iterator[SourceRecord], count: int) -> Iterator[list[SourceRecord]]:
    waiting = islice(records, count)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _timed(catalogue: Catalogue, batch: Sequence[SourceRecord]) -> float:
    started = perf_counter()
    catalogue.add(batch)
    return perf_counter() - started


def _look(alike: Duplicates) -> tuple[int, int, float]:
    looked = pairs = 0
    started = perf_counter()
    while (done := alike.step()) is not None:
        looked, pairs = looked + done[0], pairs + done[1]
    return looked, pairs, perf_counter() - started


def _records(real: Sequence[SourceRecord]) -> Iterator[SourceRecord]:
    """Yield records without end: the real ones, then made ones, and every tenth once more from elsewhere."""
    chance = Random(7)
    number = 0
    while True:
        record = real[number] if number < len(real) else _made(number, real, chance)
        number += 1
        yield record
        if number % TWICE == 0:
            authors = tuple(f"{name[:1]}. {name.split()[-1]}" for name in record.authors if name.split())
            yield replace(record, source="elsewhere", key=f"e{number}", identifiers=(), links=(), authors=authors)


def _made(number: int, real: Sequence[SourceRecord], chance: Random) -> SourceRecord:
    one, other = chance.choice(real), chance.choice(real)
    words = one.abstract.split()
    half = [*words[: len(words) // 2], *other.abstract.split()[len(words) // 2 :]]
    chance.shuffle(half)  # runs of words of its own: it repeats nobody's
    title = one.title.split()[: max(len(one.title.split()) // 2, 1)] + other.title.split()[1:]
    named = Identifier("openalex", f"W{10_000_000 + number}")
    told = {"title": " ".join(title), "abstract": " ".join(half), "authors": other.authors or one.authors}
    return replace(one, source="made", key=str(number), identifiers=(named,), **told)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
