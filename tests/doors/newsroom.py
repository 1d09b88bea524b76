"""An instance whose clock a test moves: readers' mails reach a real server, sources answer on loopback.

Nothing else differs from `broadsheet up`: what is due is done when a test says `tick`.
"""

import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.jobs.ticks import run_all
from broadsheet.papers.records import Signal
from broadsheet.settings import load
from tests.doors.eyes import watch
from tests.doors.instance import PATIENCE, environment, free_port
from tests.doors.test_subscription_story import Postbox, _link
from tests.invented import record
from tests.sources.single.upstreams import upstreams

NOON = datetime.fromisoformat("2026-01-15T12:00:00+01:00")


@dataclass
class Newsroom:
    """A served instance, its mails, and what its browsers complained of; `env` lets commands work on it."""

    url: str
    app: App
    clock: FixedClock
    postbox: Postbox
    browser: Browser
    env: Mapping[str, str]
    told: list[str] = field(default_factory=list)

    def context(self, **options: Any) -> BrowserContext:
        """Open a browser of its own, whose complaints are kept."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options)
        watch(context, self.url, self.told)
        return context

    def signed_in(self, address: str, role: str = "editor", **options: Any) -> Page:
        """Return a page of a browser on which this reader is signed in already."""
        reader = self.app.accounts.readers.add(address, role, address.partition("@")[0].capitalize())  # type: ignore[arg-type]
        context = self.context(**options)
        session = self.app.accounts.sessions.begin(reader.id)
        context.add_cookies([{"name": "broadsheet_session", "value": session, "url": self.url}])
        return context.new_page()

    def sign_in(self, page: Page, address: str, back: str) -> None:
        """Sign in by the mail that arrives; see `sign_in_by_mail`."""
        sign_in_by_mail(page, self.url, self.postbox, address, back)

    def tick(self, moment: str) -> None:
        """Move the clock, and do what is due."""
        self.clock.move_to(datetime.fromisoformat(moment))
        run_all(self.app.ticks())


def sign_in_by_mail(page: Page, url: str, postbox: Postbox, address: str, back: str) -> None:
    """Ask for a letter and press the button behind its link, which a mail scanner has opened before."""
    before = len(postbox.letters)
    page.goto(f"{url}/sign-in?back={back}")
    page.get_by_label("Your address").fill(address)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    for _ in range(1_200):
        if len(postbox.letters) > before:
            break
        page.wait_for_timeout(50)
    assert postbox.recipients[before:] == [[address]]
    link = _link(postbox.letters[-1], "/sign-in/link")
    urllib.request.urlopen(link, timeout=PATIENCE)  # noqa: S310 - our own loopback address
    page.goto(link)
    page.get_by_role("button", name="Sign in on this browser").click()


@contextmanager
def open_postbox() -> Iterator[tuple[Postbox, str]]:
    """Run a mail server while the block runs; yields what it keeps, and its address."""
    kept = Postbox()
    server = Controller(kept, hostname="127.0.0.1", port=free_port(), ready_timeout=PATIENCE)
    server.start()
    try:
        yield kept, f"smtp://127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextmanager
def open_newsroom(home: Path, browser: Browser) -> Iterator[Newsroom]:
    """Serve an instance at noon, with fourteen papers and its first page out, while the block runs."""
    with open_postbox() as (kept, smtp_url), upstreams() as shared:
        settings: dict[str, Any] = {"port": free_port(), "smtp_url": smtp_url, "timezone": "Europe/Vienna"}
        settings |= {**shared.settings, "artefact_checks": 0}
        clock = FixedClock(NOON)
        app = build(load(home=home, sources=(), **settings), clock)
        _fill(app)
        with _serving(app, settings["port"]) as url:
            yield Newsroom(url, app, clock, kept, browser, environment(home, sources="[]", **settings))
        app.close()


@contextmanager
def _serving(app: App, port: int) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app.asgi(ticking=False), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server ended at once"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE)


def _fill(app: App) -> None:
    now = app.clock.now()
    app.catalogue.add(
        [
            record(
                n,
                published=now.date() - timedelta(days=1),
                signals=(Signal("hf_upvotes", 110.0 - n, now, now - timedelta(hours=9)),),
            )
            for n in range(21, 35)
        ]
    )
    app.index.catch_up()
    app.trending.refresh()
    assert app.editions.publish_due(ready=True)
