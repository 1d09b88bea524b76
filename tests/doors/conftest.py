"""A whole instance behind a real web server, and a real browser in front of it; started once a run."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect, sync_playwright

from broadsheet.app import App, build
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal
from broadsheet.reuse import store as checks
from broadsheet.reuse.answers import State
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.store import Check
from broadsheet.settings import load
from tests.doors.instance import PATIENCE, free_port
from tests.doors.newsroom import Newsroom, open_newsroom
from tests.invented import record
from tests.trending.rising.made import rise

expect.set_options(timeout=PATIENCE * 1_000)  # Playwright's five seconds are a busy machine's one page


@dataclass(frozen=True)
class Served:
    """An instance with papers, votes and a published edition; `url` has no slash at the end."""

    url: str
    app: App


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    port = free_port()
    app = build(load(home=tmp_path_factory.mktemp("served") / "home", port=port, sources=()))
    _fill(app)
    server = uvicorn.Server(uvicorn.Config(app.asgi(ticking=False), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waited = time.monotonic() + PATIENCE
    while not server.started:
        assert thread.is_alive(), "the server ended at once"
        assert time.monotonic() < waited, "the server did not start within a minute"
        time.sleep(0.02)
    yield Served(f"http://127.0.0.1:{port}", app)
    server.should_exit = True
    thread.join(PATIENCE)
    app.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the machine's own where there is one, else Playwright's."""
    own = shutil.which("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=Path(own) if own else None,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield started
        started.close()


@pytest.fixture
def newsroom(tmp_path: Path, browser: Browser) -> Iterator[Newsroom]:
    with open_newsroom(tmp_path / "home", browser) as found:
        yield found


def _fill(app: App) -> None:
    now = app.clock.now()
    records = []
    for n in range(1, 60):
        code = Artefact("code", f"https://github.com/quill/tides-{n}", licence="MIT", stars=n)
        records.append(
            record(
                n,
                title=f"Tides of $O(n^{n})$: on reading them slowly, part {n}",
                published=now.date() - timedelta(days=n % 3),
                artefacts=(code,) if n % 2 else (),
                signals=(Signal("hf_upvotes", 90.0 - n, now, now - timedelta(hours=9)),) if n < 9 else (),
            )
        )
    long = "Nothing is said here yet. " * 20 + "Gondolas glide. " + "Much follows. " * 30 + "All of it ends here."
    records.append(record(90, title="Water in long sentences", abstract=long))
    wide = "Much is said before. " * 20 + "$b = [" + ", ".join(["1.16_{-0.06}^{+0.04}"] * 12) + "]$ and on."
    records.append(record(91, title="A formula wider than a telephone", abstract=wide))
    app.catalogue.add(records)
    with app.database.write() as connection:  # as if their hosts had been asked
        for one in (3, 5):
            url = f"https://github.com/quill/tides-{one}"
            facts = Facts("MIT", stars=one, archived=True, pushed_at=now, language="Python", size=9_000_000)
            state: State = "alive" if one == 3 else "dead"
            checks.save(connection, Check(url, "github.com", state, "GitHub said so.", now, now, now, facts=facts))
    app.index.catch_up()
    app.trending.refresh()
    app.editions.publish_due(ready=True)
    rise(app.database, app.encoder, now, [place.paper.id for place in app.editions.today().new[::7]])
