"""Asks one index in a process of its own, for `search_speed`: times, memory, and how much of the exact order is found.

Prints JSON. Private memory is what no other process can share: the mapped files of the index are shared by all.
"""

import argparse
import json
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.collection import Collection
from benchmarks.search_speed import index_of
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.clock import SystemClock
from broadsheet.search.engine import Found
from broadsheet.search.fusion import rank, share_of_words
from broadsheet.search.index import Index
from broadsheet.search.query import Filters, parse
from broadsheet.search.service import Search
from broadsheet.search.snapshot import Snapshot
from broadsheet.search.weights import shipped
from broadsheet.settings import load

BLOCK = 50
WARM = 100
JUDGED = 100
DEEP = 20_000  # best by words that the exact order knows: beyond, a share of words moves nobody into the first ten
ROWS = 50_000
Times = dict[str, list[float]]


def main() -> None:
    """Ask, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--ahead", action="store_true")
    asked = parser.parse_args()
    logs.configure()
    if asked.ahead:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        Path("/proc/self/autogroup").write_text("-20")  # all of this terminal's processes, as Linux groups them
    queries = json.loads(asked.queries.read_text())
    started = time.perf_counter()
    index, search = _opened(asked.home)
    search.search(queries[0])
    first_answer = time.perf_counter() - started
    engine = index.engine()
    assert isinstance(engine, Snapshot)
    times = _times(_ways(asked.home, search, engine), queries)
    resident, private = _memory()
    hybrid, dense = _recall(engine, queries[:JUDGED])
    found: dict[str, Any] = {
        "times": {way: (_at(taken, 50), _at(taken, 99)) for way, taken in times.items()},
        "first answer s": first_answer,
        "resident MB": resident,
        "private MB": private,
        "recall hybrid": hybrid,
        "recall dense": dense,
    }
    json.dump(found, sys.stdout)


def _opened(home: Path) -> tuple[Index, Search]:
    told = home / "collection.json"
    if not told.exists():
        app = wiring.build(load(home=home))
        return app.index, app.search
    collection = Collection(**json.loads(told.read_text()))
    index = index_of(home, collection)
    return index, Search(index, collection, SystemClock())  # type: ignore[arg-type]


def _ways(home: Path, search: Search, engine: Snapshot) -> dict[str, Callable[[str], object]]:
    ways: dict[str, Callable[[str], object]] = {
        "hybrid": lambda q: search.search(q, method="fused"),
        "text": lambda q: search.search(q, method="bm25"),
        "dense": lambda q: search.search(q, method="dense"),
    }
    days = np.sort(engine.days(engine.ids()))
    for percent in (1, 10, 50):
        since = date.fromordinal(int(days[-max(1, len(days) * percent // 100)]))
        ways[f"hybrid, filter that {percent} % pass"] = _filtered(search, Filters(since=since))
    if (home / "fts5.db").exists():
        peer = sqlite3.connect(home / "fts5.db")
        ways["SQLite FTS5"] = lambda q: peer.execute(
            "SELECT rowid, bm25(papers) FROM papers WHERE papers MATCH ? ORDER BY rank LIMIT 20",
            (" OR ".join(f'"{word}"' for word in q.split()),),
        ).fetchall()
    return ways


def _filtered(search: Search, filters: Filters) -> Callable[[str], object]:
    return lambda q: search.search(q, filters=filters)


def _times(ways: dict[str, Callable[[str], object]], queries: Sequence[str]) -> Times:
    """Ask the ways in turn, in blocks.

    A change of the machine's speed meets them alike, and a slow way does not empty
    the processor's caches before each query of a fast one.
    """
    for ask in ways.values():
        for query in queries[:WARM]:
            ask(query)
    times: Times = {way: [] for way in ways}
    for start in range(0, len(queries), BLOCK):
        for way, ask in ways.items():
            for query in queries[start : start + BLOCK]:
                started = time.perf_counter()
                ask(query)
                times[way].append((time.perf_counter() - started) * 1000)
    return times


def _at(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _memory() -> tuple[float, float]:
    """Return resident and anonymous megabytes of this process."""
    lines = [line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]]
    held = {line[0]: int(line[1]) / 1000 for line in lines}
    return held["Rss:"], held["Anonymous:"]


def _recall(engine: Snapshot, texts: Sequence[str]) -> tuple[float, float]:
    """Return how much of the exact first ten is found, by hybrid ranking and by meaning alone."""
    queries = [parse(text) for text in texts]
    vectors = np.stack([engine.query_vector(query.plain) for query in queries])
    ids = engine.ids()
    by_words = [engine.by_words(query, DEEP) for query in queries]
    weights = shipped().of(engine.encoder.fingerprint)
    assert weights
    texts_of = [
        _shares(one, share_of_words(engine, query, weights)) for query, one in zip(queries, by_words, strict=True)
    ]
    fused, alone = _exact(engine, ids, vectors, texts_of)
    return (
        _shared(
            [rank(engine, q, v, "fused", weights=weights).ids[:10] for q, v in zip(queries, vectors, strict=True)],
            fused,
        ),
        _shared([engine.by_meaning(q, v, 10).ids for q, v in zip(queries, vectors, strict=True)], alone),
    )


def _shares(found: Found, share: float) -> dict[int, float]:
    highest = max(float(found.scores.max(initial=0)), 1e-9)
    return dict(zip(found.ids.tolist(), (share * found.scores / highest).tolist(), strict=True))


def _exact(
    engine: Snapshot, ids: np.ndarray, vectors: np.ndarray, texts: Sequence[dict[int, float]]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Score every paper, a part at a time, and keep the ten best of each query, with words and without."""
    best: dict[str, list[dict[int, float]]] = {"fused": [{} for _ in vectors], "alone": [{} for _ in vectors]}
    gallery = engine._gallery
    for start in range(0, len(ids), ROWS):
        part = ids[start : start + ROWS]
        rows = engine._rows(part)
        held = gallery._vectors[rows].astype(np.float32) * gallery._scales[rows][:, None]
        cosines = vectors @ held.T
        for place, said in enumerate(texts):
            shares = np.zeros(len(part), np.float32)
            inside = np.array([one for one in said if part[0] <= one <= part[-1]], np.int64)
            at = np.searchsorted(part, inside)
            shares[at] = [said[one] for one in inside.tolist()]
            for name, scores in (("fused", cosines[place] + shares), ("alone", cosines[place])):
                top = np.argpartition(-scores, min(10, len(scores) - 1))[:10]
                best[name][place] |= dict(zip(part[top].tolist(), scores[top].tolist(), strict=True))
    return tuple(
        [np.array(sorted(one, key=lambda paper: -one[paper])[:10]) for one in best[name]] for name in ("fused", "alone")
    )  # type: ignore[return-value]


def _shared(found: Sequence[np.ndarray], exact: Sequence[np.ndarray]) -> float:
    return float(np.mean([len(np.intersect1d(one, other)) / 10 for one, other in zip(found, exact, strict=True)]))


if __name__ == "__main__":
    main()
