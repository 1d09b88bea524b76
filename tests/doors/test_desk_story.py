"""Editors make a page: by keys, by dragging and by plain forms; it is approved, and opens tomorrow for everybody.

Nothing is patched: Chromium in front of a served instance, and an instance of its own whose clock a test moves.
"""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.editions.spans import Span
from broadsheet.jobs.ticks import run_all
from broadsheet.papers.records import Signal
from broadsheet.settings import load
from tests.doors.eyes import faults
from tests.doors.instance import free_port
from tests.invented import record

pytestmark = pytest.mark.story


@dataclass(frozen=True)
class Newsroom:
    url: str
    app: App
    clock: FixedClock

    def signed_in(self, browser: Browser, address: str, role: str = "editor", **options: bool) -> Page:
        """Return a page of a browser on which this reader is signed in."""
        reader = self.app.accounts.readers.add(address, role, address.partition("@")[0].capitalize())  # type: ignore[arg-type]
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        session = self.app.accounts.sessions.begin(reader.id)
        context.add_cookies([{"name": "broadsheet_session", "value": session, "url": self.url}])
        return context.new_page()


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    port, clock = free_port(), FixedClock(datetime.fromisoformat("2026-01-15T12:00:00+01:00"))
    app = build(load(home=tmp_path / "home", port=port, sources=(), timezone="Europe/Vienna"), clock)
    now = clock.now()
    app.catalogue.add(
        [
            record(
                n,
                published=now.date() - timedelta(days=1),
                signals=(Signal("hf_upvotes", 90.0 - n, now, now - timedelta(hours=9)),),
            )
            for n in range(1, 15)
        ]
    )
    app.index.catch_up()
    app.trending.refresh()
    assert app.editions.publish_due(ready=True)
    server = uvicorn.Server(uvicorn.Config(app.asgi(ticking=False), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield Newsroom(f"http://127.0.0.1:{port}", app, clock)
    server.should_exit = True
    thread.join(10)
    app.close()


def slots(page: Page) -> list[str]:
    return [str(one) for one in page.locator(".slot[data-key]").evaluate_all("all => all.map(one => one.dataset.key)")]


def key(n: int) -> str:
    return f"arxiv:2601.{n:05d}"


def test_an_editor_picks_and_approves_and_tomorrows_page_opens_for_everybody(
    browser: Browser, newsroom: Newsroom
) -> None:
    told: list[str] = []
    page = newsroom.signed_in(browser, "ada@quill.example")
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: request.url.startswith(newsroom.url) or told.append(request.url))
    page.goto(newsroom.url)
    page.get_by_role("link", name="Desk", exact=True).click()
    expect(page).to_have_url(f"{newsroom.url}/desk/2026-01-16")
    expect(page.get_by_role("heading", level=1)).to_have_text("Friday 16 January 2026")
    page.evaluate("window.stayed = true")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator(".slot[data-key]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator(".slot[data-key]")).to_have_count(2)
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("p")
    expect(page.locator(".slot[data-key]")).to_have_count(3)
    assert slots(page) == [key(2), key(3), key(1)]

    page.get_by_label("Any other paper").fill("2601.00009")
    page.keyboard.press("Enter")
    expect(page.locator(".slot[data-key]")).to_have_count(4)
    page.get_by_role("button", name=re.compile("^take out")).last.click()
    expect(page.locator(".slot[data-key]")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator("#slot-2")).to_have_attribute("data-key", key(1))
    page.keyboard.press("e")
    page.keyboard.type("Why looms of $x^2$ matter <b>now</b>.")
    expect(page.locator("#blurb-2-n")).to_have_text("37 of 280 characters")
    page.get_by_label("Kicker of").first.fill("Tides")
    page.get_by_role("heading", name="Proof").click()
    expect(page.locator("#standing")).to_contain_text("Draft 8, saved today 12:00 by Ada. 3 places are filled")
    expect(page.locator("#proof")).to_contain_text("Tides")
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"

    page.locator("#slot-3 .grip").drag_to(page.locator("#slot-1 .slot-top"))
    expect(page.locator("#slot-1")).to_have_attribute("data-key", key(3))
    assert slots(page) == [key(3), key(2), key(1)]
    expect(page.locator("#blurb-3")).to_have_value("Why looms of $x^2$ matter <b>now</b>.")
    assert faults(page) == []

    page.get_by_label("Goes out at").fill("06:30")
    page.get_by_role("heading", name="Proof").click()
    page.get_by_role("button", name="Approve for 06:30").click()
    expect(page.locator("#standing")).to_contain_text("Approved: it goes out 16 Jan 2026 06:30.")
    page.keyboard.press("v")
    expect(page).to_have_url(f"{newsroom.url}/desk/2026-01-16/proof")
    expect(page.locator(".proof-bar")).to_contain_text("Nobody but editors sees it.")
    assert faults(page) == []

    anybody = browser.new_context(reduced_motion="reduce").new_page()
    anybody.goto(newsroom.url)
    expect(anybody.locator("main")).not_to_contain_text("looms of")
    newsroom.clock.move_to(datetime.fromisoformat("2026-01-16T06:29:00+01:00"))
    run_all(newsroom.app.ticks())
    anybody.goto(newsroom.url)
    expect(anybody.locator(".dateline")).to_contain_text("Open: publishes at 06:30")
    newsroom.clock.move_to(datetime.fromisoformat("2026-01-16T06:30:00+01:00"))
    run_all(newsroom.app.ticks())
    anybody.goto(newsroom.url)
    expect(anybody.locator(".dateline")).to_contain_text("No. 2, published today 06:30")
    expect(anybody.locator("#lead")).to_contain_text("Chosen by an editor. 87 upvotes on Hugging Face")
    expect(anybody.locator("#picks")).to_contain_text("Why looms of")
    expect(anybody.locator("#picks .reason")).to_have_count(2)
    assert anybody.locator("#picks math msup").count() == 1
    assert anybody.locator("#trend .reason").count() == anybody.locator("#trend li").count() > 5
    assert faults(anybody) == []
    anybody.get_by_role("link", name=re.compile("Thu 15")).click()
    expect(anybody.locator(".dateline")).to_contain_text("No. 1")

    page.goto(f"{newsroom.url}/desk/2026-01-16")
    page.get_by_label("What it is about").select_option(key(3))
    page.get_by_label("What was wrong").fill("Half its size, not a third.")
    page.get_by_role("button", name="Put it on the page").click()
    expect(page.get_by_text("The correction is on the page.")).to_be_visible()
    assert faults(page) == []
    anybody.goto(newsroom.url)
    expect(anybody.locator("#lead .correction")).to_have_text("Corrected today 06:30: Half its size, not a third.")
    assert told == []


def test_two_editors_at_once_lose_nothing(browser: Browser, newsroom: Newsroom) -> None:
    ada, bea = (newsroom.signed_in(browser, f"{name}@quill.example") for name in ("ada", "bea"))
    for page in (ada, bea):
        page.goto(f"{newsroom.url}/desk/2026-01-16")
    ada.get_by_role("button", name=re.compile("^pick ")).nth(0).click()
    expect(ada.locator(".slot[data-key]")).to_have_count(1)
    ada.get_by_label("Blurb of").fill("Ada’s words.")
    ada.get_by_role("heading", name="Proof").click()
    expect(ada.locator("#standing")).to_contain_text("Draft 2")
    bea.get_by_role("button", name=re.compile("^pick ")).nth(4).click()
    expect(bea.get_by_role("heading", level=1)).to_have_text("Somebody else saved meanwhile")
    expect(bea.locator("main")).to_contain_text("Ada’s words.")
    assert faults(bea) == []
    bea.get_by_label("Blurb of").fill("Bea’s words.")
    bea.get_by_role("button", name="Put mine behind theirs").click()
    expect(bea.locator(".slot[data-key]")).to_have_count(2)
    picks = newsroom.app.desk.draft(Span("day", datetime(2026, 1, 16).date())).picks  # noqa: DTZ001 - a date
    assert [pick.blurb for pick in picks] == ["Ada’s words.", "Bea’s words."]

    newsroom.app.accounts.readers.set_role("ada@quill.example", "reader")
    ada.get_by_label("Blurb of").fill("Written in vain?")
    ada.get_by_role("heading", name="Proof").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("You are not an editor now")
    expect(ada.get_by_label("Blurb of")).to_have_value("Written in vain?")
    assert faults(ada) == []


def test_without_scripts_the_desk_is_plain_forms(browser: Browser, newsroom: Newsroom) -> None:
    page = newsroom.signed_in(browser, "ada@quill.example", java_script_enabled=False)
    page.goto(f"{newsroom.url}/desk/2026-01-16")
    page.get_by_role("button", name=re.compile("^pick ")).nth(0).click()
    page.get_by_role("button", name=re.compile("^pick ")).nth(0).click()
    first = slots_plain(page)
    page.get_by_label("Blurb of").nth(1).fill("Stays with its paper.")
    page.get_by_role("button", name=re.compile("^up ")).nth(1).click()
    assert slots_plain(page) == first[::-1]
    expect(page.get_by_label("Blurb of").first).to_have_value("Stays with its paper.")
    page.get_by_role("button", name=re.compile("^take out")).nth(1).click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#lead")).to_contain_text("Stays with its paper.")


def slots_plain(page: Page) -> list[str]:
    return [str(one.get_attribute("data-key")) for one in page.locator(".slot[data-key]").all()]


@pytest.mark.parametrize(
    "path", ["/desk/2026-01-16", "/desk/2026-01-15", "/desk/2026-W03", "/edition/2026-W03", "/edition"]
)
def test_the_desk_shuts_nobody_out_at_any_width(browser: Browser, newsroom: Newsroom, path: str) -> None:
    page = newsroom.signed_in(browser, "ada@quill.example")
    page.goto(newsroom.url + path)
    assert faults(page) == []
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
