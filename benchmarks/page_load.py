"""Pages at a steady rate of requests: how long each takes from the moment it was due, and its bytes on the wire.

The server is `broadsheet up`, one process with its ticks. Requests come when they are due, whether or not those before
were answered, and a wait for a free connection counts. The client runs on the same cores and takes its share of them.
"""

import argparse
import asyncio
import json
import lzma
import statistics
import tempfile
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count as numbers
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.report import Aim, Report, arguments, command
from benchmarks.search_speed import QUERIES, queries_of
from benchmarks.served import served
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.settings import load

PAPERS, QUICK_PAPERS = 9_000, 1_000
RATE = 200
SECONDS, QUICK_SECONDS = 30, 4
NEW, VOTED = 250, 120
REPEATED = 40  # different pages that a cached run asks for in turn
CONNECTIONS = 64
LARGEST_WIRE = 60 * 1000
UNCACHED_RATE = 10  # that every machine stands; at the full rate the requests queue, and a tenth of them is enough
_HEAD = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n{more}\r\n"


@dataclass
class Tally:
    """What a run saw: milliseconds from when each request was due, and bytes of each answer."""

    taken: list[float] = field(default_factory=list)
    wire: list[int] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_more)
    logs.configure()
    size, seconds = (QUICK_PAPERS, QUICK_SECONDS) if asked.quick else (PAPERS, SECONDS)
    with tempfile.TemporaryDirectory() as directory:
        home = asked.work or Path(directory) / "home"
        keys, count = _fill(home, asked.data / "corpora" / QUERIES, size)
        report = Report("page_load", f"Pages at {RATE} requests a second, {count:,} papers", command("page_load"))
        queries = queries_of(asked.data / "corpora" / QUERIES, 500)
        with served(home, sources="[]", artefact_checks="0", edition_hour="0") as port:
            time.sleep(5)  # the first ticks publish today's edition and rank it
            for name, paths in _pages(keys, queries).items():
                _measure(report, port, name, paths, seconds)
    report.finish(asked.json)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep the instance here, and use one that is there")


def _pages(keys: Sequence[str], queries: Sequence[str]) -> dict[str, tuple[list[str], Iterator[str]]]:
    """Return for each page the addresses that are asked for again and again, and those that nobody asked for before."""
    papers = [f"/paper/{key}" for key in keys]
    searches = ["/search?" + urllib.parse.urlencode({"q": query}) for query in queries]
    fresh = [*searches[REPEATED:], *(f"{path}&sort=recent" for path in searches)]
    return {
        "front": (["/"], (f"/?seen={n}" for n in numbers())),
        "search": (searches[:REPEATED], cycle(fresh)),
        "paper": (papers[:REPEATED], cycle(papers[REPEATED:])),
    }


def _measure(report: Report, port: int, name: str, paths: tuple[list[str], Iterator[str]], seconds: float) -> None:
    again, fresh = paths
    asyncio.run(_run(port, again, len(again), 20))  # once each, so that they are kept
    kept = asyncio.run(_run(port, list(islice(cycle(again), int(RATE * seconds))), 0, RATE))
    known = asyncio.run(_run(port, list(islice(cycle(again), int(RATE * seconds / 2))), 0, RATE, known=True))
    _row(report, name, "cached", RATE, kept)
    _row(report, name, "cached, 304", RATE, known)
    for rate in (UNCACHED_RATE, RATE):
        number = int(min(rate * seconds, RATE * seconds / 10))
        _row(report, name, "uncached", rate, asyncio.run(_run(port, list(islice(fresh, number)), 0, rate)))
    p99 = statistics.quantiles(kept.taken, n=100)[98]
    report.aims.append(Aim(f"p99 of the cached {name} page at {RATE}/s", "ms", p99, 20, "at most"))
    largest = max(kept.wire) / 1000
    report.aims.append(Aim(f"the {name} page on the wire, the largest", "kB", largest, LARGEST_WIRE / 1000, "at most"))


def _row(report: Report, name: str, how: str, rate: int, tally: Tally) -> None:
    cuts = statistics.quantiles(tally.taken, n=100)
    report.rows.append(
        {
            "page": name,
            "how": how,
            "due/s": rate,
            "answered/s": len(tally.taken) / tally.seconds,
            "p50 ms": cuts[49],
            "p99 ms": cuts[98],
            "most ms": max(tally.taken),
            "kB on the wire": statistics.median(tally.wire) / 1000,
            "requests": len(tally.taken),
            "failed": tally.failed,
        }
    )


class Client:
    """Keeps connections open, as browsers and proxies do; `known` asks whether the page is still the one it has."""

    def __init__(self, port: int, *, known: bool) -> None:
        self._port = port
        self._known = known
        self._tags: dict[str, str] = {}
        self._free: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put_nowait(None)

    async def get(self, path: str, due: float, tally: Tally) -> None:
        """Ask for a page and write into `tally` how it went."""
        held = await self._free.get()
        try:
            if held is None or held[0].at_eof():  # the server closes what was idle for some seconds
                held = await asyncio.open_connection("127.0.0.1", self._port)
            status, size = await self._ask(held, path)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            tally.failed += 1
            self._free.put_nowait(None)
            return
        self._free.put_nowait(held)
        tally.taken.append((time.perf_counter() - due) * 1000)
        tally.wire.append(size)
        tally.failed += status not in (200, 304)

    def close(self) -> None:
        """Close every connection; none may be in use."""
        while not self._free.empty():
            held = self._free.get_nowait()
            if held:
                held[1].close()

    async def _ask(self, held: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str) -> tuple[int, int]:
        reader, writer = held
        more = self._tags.get(path, "")
        writer.write(_HEAD.format(path=path, port=self._port, more=more).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        if self._known and path not in self._tags and "etag" in fields:
            cookie = fields.get("set-cookie", "").partition(";")[0]
            self._tags[path] = f"Cookie: {cookie}\r\nIf-None-Match: {fields['etag']}\r\n"
        return int(lines[0].split()[1]), len(head) + len(body)


async def _run(port: int, paths: Sequence[str], warm: int, rate: float, *, known: bool = False) -> Tally:
    """Ask for every path, `rate` a second; the first `warm` are asked one after the other."""
    client, tally = Client(port, known=known), Tally()
    for path in dict.fromkeys(paths) if known else paths[:warm]:
        await client.get(path, time.perf_counter(), Tally())
    began = time.perf_counter()
    asked = []
    for n, path in enumerate(paths[warm:]):
        due = began + n / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        asked.append(asyncio.create_task(client.get(path, due, tally)))
    await asyncio.gather(*asked)
    tally.seconds = time.perf_counter() - began
    client.close()
    return tally


def _fill(home: Path, corpus: Path, size: int) -> tuple[list[str], int]:
    """Make an instance of real papers, some of today and voted for; returns their keys, and how many there are."""
    home.mkdir(parents=True, exist_ok=True)
    built = wiring.build(load(home=home, sources=()))
    now = built.clock.now()
    with lzma.open(corpus) as lines:
        told = [json.loads(line) for line in islice(lines, size)]
    if built.catalogue.count() < size:
        chance = Random(11)
        built.catalogue.add([_record(one, n, now, chance) for n, one in enumerate(reversed(told))])
        while built.remerging.step() is not None or built.duplicates.step() is not None:
            pass  # else the server would do so meanwhile
        built.index.catch_up()
    built.trending.refresh()
    there = built.catalogue.count()
    built.close()
    return [one["id"] for one in told], there


def _record(told: dict[str, Any], n: int, now: datetime, chance: Random) -> SourceRecord:
    number = told["id"].removeprefix("arxiv:")
    published = now.date() if n < NEW else date.fromisoformat(told["published"])
    votes = (Signal("hf_upvotes", chance.randrange(2, 120), now, now - timedelta(hours=chance.randrange(3, 40))),)
    code = (Artefact("code", f"https://github.com/made/{number}", licence="MIT", stars=n),)
    return SourceRecord(
        source="arxiv",
        key=number,
        title=told["title"],
        abstract=told["abstract"],
        authors=tuple(told["authors"]),
        published=published,
        identifiers=(Identifier("arxiv", number),),
        categories=tuple(told.get("categories") or ()),
        artefacts=code if n % 3 else (),
        signals=votes if n < VOTED else (),
        comments=told.get("comments") or "",
    )


if __name__ == "__main__":
    main()
