"""How fast papers come in, the whole way: parse, merge, store, encode, index.

Each corpus goes into a fresh instance, as `broadsheet papers import` does it. The peer in the same run is SQLite alone:
the same lines parsed and put into one FTS5 table, which neither merges nor understands anything.
"""

import json
import lzma
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.report import Aim, Report, arguments, command
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.settings import load
from broadsheet.sources.files import import_files

CORPORA = ("hf-daily-papers.jsonl.xz", "arxiv-1993-2019-sample.jsonl.xz")
QUICK = 3_000
AIM = 2_000.0


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    report = Report("import_speed", "Import, the whole way", command("import_speed"))
    for name in CORPORA:
        path = asked.data / "corpora" / name
        with tempfile.TemporaryDirectory() as directory:
            corpus = _plain(path, Path(directory) / "corpus.jsonl", QUICK if asked.quick else None)
            ours = _import(corpus, Path(directory) / "home")
            peer = _fts5(corpus, Path(directory) / "peer.db")
        row = {"corpus": name.removesuffix(".jsonl.xz"), **ours, "FTS5 papers/s": peer}
        report.rows.append(row)
        report.aims.append(
            Aim(f"import {row['corpus']}", "papers/s", ours["papers/s"], AIM, "at least", "SQLite FTS5 alone", peer)
        )
    report.finish(asked.json)


def _plain(path: Path, out: Path, limit: int | None) -> Path:
    """Unpack the corpus first: xz costs the same whoever reads it, and would hide the difference."""
    with lzma.open(path) as lines, out.open("wb") as plain:
        plain.writelines(islice(lines, limit))
    return out


def _import(corpus: Path, home: Path) -> dict[str, float]:
    built = wiring.build(load(home=home))
    started = time.perf_counter()
    done = import_files([corpus], built.catalogue)
    stored = time.perf_counter()
    built.index.catch_up()
    ended = time.perf_counter()
    built.close()
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    return {
        "papers": done.read,
        "merge and store papers/s": done.read / (stored - started),
        "encode and index papers/s": done.read / (ended - stored),
        "papers/s": done.read / (ended - started),
        "MB on disk": size / 1e6,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _fts5(corpus: Path, path: Path) -> float:
    def rows() -> Iterator[tuple[str, str]]:
        with corpus.open() as lines:
            for line in lines:
                paper = json.loads(line)
                yield paper["title"], paper["abstract"]

    database = sqlite3.connect(path)
    started = time.perf_counter()
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract, tokenize='porter unicode61')")
    with database:
        count = database.executemany("INSERT INTO papers VALUES (?, ?)", rows()).rowcount
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
