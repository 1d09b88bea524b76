"""Draws the picture of a front page in the README, by a browser: an instance of invented papers and readers.

From the repository's root: `python -m tools.front_picture docs/shots/front.png`. It needs Chromium, as the stories do.
"""

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.editions.draft import Pick
from broadsheet.editions.spans import Span
from broadsheet.jobs.ticks import run_all
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.settings import load

PORT = 8399
DAY = datetime.fromisoformat("2026-01-14T12:00:00+01:00")
NAMES = ("Ada Quill", "Bruno Marsh", "Chiara Vale", "Deniz Oak", "Emeka Stone", "Freya Lind", "Goro Hale", "Hana Reed")
PAPERS = (
    (
        "Tide Tables Without Tears: Forecasting from Half a Year of Readings",
        "cs.LG",
        "A gauge that was put up last summer knows one spring tide. We borrow the shape of the year from "
        "gauges nearby and learn only what is local; half a year then does what ten took, at $O(n \\log n)$ "
        "a forecast.",
    ),
    (
        "Clockwork Birds Learn to Land",
        "cs.RO",
        "Wind-up birds land badly, because a spring gives its force all at once. A brake of paper, folded by "
        "a rule we learn, spends it in twelve steps.",
    ),
    (
        "Quiet Engines: Attention That Listens Before It Speaks",
        "cs.CL",
        "Most heads say something whether or not they have heard. We let each wait, and drop a third of what "
        "is said without loss.",
    ),
    (
        "Salt Maps: Retrieval over Things That Dissolve",
        "cs.IR",
        "Documents change while they are searched. An index of what is about to change keeps results fresh "
        "at a tenth of the cost.",
    ),
    (
        "On Repairing Paper Bridges",
        "cs.CE",
        "A bridge of paper is cheap to build and dear to mend. We say when to mend and when to build anew, "
        "with a bound that is tight for spans below a metre.",
    ),
    (
        "Moss as a Clock",
        "q-bio.QM",
        "Moss grows by a known amount after rain. We read the weather of a century off one wall, and check "
        "it against the parish book.",
    ),
    (
        "Glass Looms: Weaving Sparse Tensors by Hand",
        "cs.MS",
        "A kernel that a person can follow, and that is within a tenth of the best that nobody can.",
    ),
    (
        "Teaching Tides to a Table",
        "cs.LG",
        "A table of 4,096 rows forecasts as well as a network of a million weights, and can be printed.",
    ),
    ("Folding Proofs: Short Certificates for Long Corridors", "cs.LO", ""),
    ("How Long Is a Short Walk? Measuring Diffusion in Old Towns", "physics.soc-ph", ""),
    ("Lanterns: Few-Shot Detection by Leaving the Light On", "cs.CV", ""),
    ("The Ferry Problem with Two Ferrymen", "cs.GT", ""),
    ("Listening to Kettles: Anomaly Detection in Boiling Water", "eess.AS", ""),
    ("What Gulls Know of Gradient Descent", "cs.NE", ""),
    ("A Census of Staircases", "stat.AP", ""),
    ("Counting Looms with One Bit", "cs.DS", ""),
    ("Lighthouses as Error-Correcting Codes", "cs.IT", ""),
    ("Sorting Buttons in Linear Time and Poor Light", "cs.DS", ""),
    ("Weighing Fog: Uncertainty for Wide Rivers", "stat.ML", ""),
    ("Sundials That Agree", "cs.DC", ""),
    ("Barges, Locks and Livelocks", "cs.DC", ""),
    ("Postcards from a Language Model: Compression by Forgetting Politely", "cs.CL", ""),
    ("An Atlas of Small Harbours", "cs.DL", ""),
    ("Cartography for Cats", "cs.CV", ""),
)
COMMENTS = ((0, "On our own gauge half a year is enough, a quarter is not."), (3, "The index is *tiny*."))
PICKS = ((0, "Tides"), (3, "Retrieval"), (1, ""), (5, ""), (6, ""))
READERS = 40
LICENCES = ("MIT", "Apache-2.0", "", "CC-BY-4.0")


def main(target: Path) -> None:
    """Draw the picture into `target`."""
    with TemporaryDirectory() as home, _serving(_made(Path(home))) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1120})
        page.goto(url)
        page.screenshot(path=target)
        browser.close()
    Image.open(target).convert("RGB").quantize(128).save(target, optimize=True)


def _made(home: Path) -> App:
    """Make an instance on the morning of its second page, which an editor made."""
    clock = FixedClock(DAY - timedelta(days=30))
    app = build(load(home=home, port=PORT, sources=(), timezone="Europe/Vienna", artefact_checks=0), clock)
    for n in range(READERS):
        app.accounts.readers.add(f"reader{n}@quill.example", name=NAMES[n] if n < len(NAMES) else "")
    clock.move_to(DAY)
    chance = random.Random(7)  # noqa: S311 - the same picture again
    _come_in(app, [_record(n, clock.now(), chance) for n in range(12)])
    clock.move_to(DAY + timedelta(hours=18))
    _come_in(app, [_record(n, clock.now(), chance) for n in range(12, len(PAPERS))])
    _talk(app, chance)
    desk, span = app.desk, Span("day", clock.now().date())
    picks = [Pick(app.catalogue.get(_key(n)).id, kicker) for n, kicker in PICKS]
    draft = replace(desk.draft(span), picks=tuple(picks), approved=True)
    desk.save(draft, by=None)
    clock.move_to(DAY + timedelta(hours=19, minutes=2))
    app.trending.refresh()
    run_all(app.ticks())
    return app


def _come_in(app: App, records: list[SourceRecord]) -> None:
    app.catalogue.add(records)
    app.index.catch_up()
    app.trending.refresh()
    app.editions.publish_due(ready=True)


def _key(n: int) -> str:
    return f"arxiv:2601.{n + 1001:05d}"


def _record(n: int, now: datetime, chance: random.Random) -> SourceRecord:
    title, category, abstract = PAPERS[n]
    born = now - timedelta(hours=6 + n % 5 * 7)
    total = round(120 / (1 + n % 12) ** 0.7)
    counts = [
        (hours, total * (1 - hours / 40) ** 2) for hours in range(36, -1, -3) if now - timedelta(hours=hours) > born
    ]
    code = Artefact("code", f"https://github.com/quill/paper-{n}", licence=LICENCES[n % 4], stars=float(7 * n))
    authors = chance.sample(NAMES, 2 + n % 4)
    return SourceRecord(
        source="arxiv",
        key=f"2601.{n + 1001:05d}",
        title=title,
        abstract=abstract or f"{title}: what was tried, what held, and what it costs.",
        authors=tuple(authors),
        published=born.date(),
        identifiers=(Identifier("arxiv", f"2601.{n + 1001:05d}"),),
        categories=(category,),
        links=(f"https://arxiv.org/abs/2601.{n + 1001:05d}",),
        artefacts=(code,) if n % 3 else (),
        signals=tuple(
            Signal("hf_upvotes", round(count), now - timedelta(hours=hours), born) for hours, count in counts
        ),
        payload={},
    )


def _talk(app: App, chance: random.Random) -> None:
    readers = app.accounts.readers.all()
    for reader in readers:
        for n in {min(int(chance.expovariate(0.15)), len(PAPERS) - 1) for _ in range(4)}:
            app.community.votes.cast(reader.id, app.catalogue.get(_key(n)).id)
    for n, text in COMMENTS:
        app.community.comments.write(readers[n], app.catalogue.get(_key(n)).id, text)
    for n in (13, 16, 22):
        app.community.submissions.submit(readers[n % 5], _key(n))


@contextmanager
def _serving(app: App) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app.asgi(ticking=False), port=PORT, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{PORT}"
    server.should_exit = True
    thread.join(10)
    app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
