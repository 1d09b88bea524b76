"""A reader signs in by mail, submits a paper, votes, comments; others see it, answer, report; an editor settles it.

Nothing is patched: Chromium, the installed command, a mail server that received every letter, and sources on loopback.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.doors.eyes import faults, open_all, violations, watch, wider
from tests.doors.instance import Running, command, free_port, running
from tests.doors.test_subscription_story import Postbox, _link
from tests.sources.single.upstreams import upstreams

pytestmark = pytest.mark.story

PAPER = "/paper/arxiv:2601.00002"
ADA, BEE, ED = "ada.quill@example.org", "bee@example.org", "ed@example.org"


@dataclass
class Town:
    """A running instance, its mail, and what the browsers complained of."""

    instance: Running
    postbox: Postbox
    browser: Browser
    told: list[str] = field(default_factory=list)

    def context(self, *, script: bool = True) -> BrowserContext:
        context = self.browser.new_context(java_script_enabled=script, reduced_motion="reduce")
        if script:
            watch(context, self.instance.url, self.told)
        return context

    def sign_in(self, page: Page, address: str, back: str) -> None:
        """Ask for a letter, and press the button behind its link."""
        before = len(self.postbox.letters)
        page.goto(f"{self.instance.url}/sign-in?back={back}")
        page.get_by_label("Your address").fill(address)
        page.get_by_role("button", name="Send the letter").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
        for _ in range(400):
            if len(self.postbox.letters) > before:
                break
            page.wait_for_timeout(50)
        page.goto(_link(self.postbox.letters[-1], "/sign-in/link"))
        page.get_by_role("button", name="Sign in on this browser").click()


@pytest.fixture
def town(tmp_path: Path, browser: Browser) -> Iterator[Town]:
    postbox = Postbox()
    server = Controller(postbox, hostname="127.0.0.1", port=free_port())
    server.start()
    with upstreams() as shared:
        settings = {**shared.settings, "smtp_url": f"smtp://127.0.0.1:{server.port}", "sources": "[]"}
        with running(tmp_path / "home", "--no-tick", name="The Tide", edition_hour=0, **settings) as instance:
            yield Town(instance, postbox, browser)
    server.stop()


def look_over(page: Page, name: str) -> None:
    """Insist on what every page must hold to; a picture of it goes where SHOTS says, for whoever wants to look."""
    assert violations(page) == [], name
    shots = os.environ.get("SHOTS")
    for width in (1280, 390) if shots else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)
    open_all(page)
    assert faults(page) == [], name
    assert wider(page, (1280, 390, 320)) == [], name


def test_from_the_letter_to_a_talk_that_others_join(town: Town) -> None:
    url = town.instance.url
    mine, other = town.context().new_page(), town.context().new_page()
    town.sign_in(mine, ADA, "/submit")
    expect(mine).to_have_url(f"{url}/submit")

    mine.get_by_label("Its number, DOI").fill("2601.00099")
    mine.get_by_role("button", name="Submit").click()
    expect(mine.locator("#paper-error")).to_contain_text("No source knows arxiv:2601.00099 yet")
    look_over(mine, "submit-error")
    mine.get_by_label("Its number, DOI").fill("https://arxiv.org/abs/2601.00002v1")
    mine.get_by_role("button", name="Submit").click()
    expect(mine).to_have_url(f"{url}{PAPER}?submitted=new#discussion")
    expect(mine.get_by_role("status")).to_contain_text("Taken in.")

    mine.locator(".vote > button").first.click()
    expect(mine.locator(".vote > button").first).to_have_attribute("aria-pressed", "true")
    box = mine.get_by_label("Your comment", exact=True)
    box.fill("The *tides* grow as $x^2$.\n\n> quoted\n\n```\ncode\n```")
    mine.get_by_role("button", name="Preview").last.click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Preview")
    expect(mine.locator(".said em")).to_have_text("tides")
    look_over(mine, "preview")
    mine.get_by_role("button", name="Send").click()
    expect(mine).to_have_url(f"{url}{PAPER}#c1")
    expect(mine.locator("#c1 .said math")).to_be_visible()

    other.goto(url + PAPER)
    expect(other.locator("#c1 .said em")).to_have_text("tides")
    expect(other.locator(".vote > button").first).to_contain_text("1 vote")
    expect(other.locator("#discussion")).to_contain_text("Submitted by Reader 1")
    look_over(other, "paper-nobody")

    town.sign_in(other, BEE, PAPER)
    answer(other, "Buy salt at https://salt.example/?a=1 <script>alert(1)</script>")
    expect(other.locator("article article .said a")).to_have_attribute("rel", "nofollow ugc noreferrer")
    mine.reload()
    report = mine.get_by_role("link", name="Report the comment by Reader 2")
    report.click()
    mine.get_by_label("Spam or advertising").check()
    look_over(mine, "report")
    mine.get_by_role("button", name="Report it").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Reported")

    command("readers", "add", ED, "--role", "editor", "--name", "Ed", env=town.instance.env)
    editor = town.context().new_page()
    town.sign_in(editor, ED, "/moderation")
    expect(editor.locator("#cases")).to_contain_text("Spam or advertising")
    look_over(editor, "moderation")
    editor.locator("#cases").get_by_label("Why").fill("Salt.")
    editor.locator("#cases").get_by_role("button", name="Hide").click()
    expect(editor.locator("#cases")).to_contain_text("Nothing waits")

    nobody = town.context().new_page()
    nobody.goto(url + PAPER)
    expect(nobody.locator("#discussion")).to_contain_text("1 comment")
    expect(nobody.get_by_text("Buy salt")).to_have_count(0)
    mine.goto(url + PAPER)
    look_over(mine, "paper-reader")
    assert town.told == []
    log = town.instance.log.read_text()
    assert not any(address in log for address in (ADA, BEE, ED))


def answer(page: Page, text: str) -> None:
    """Answer the first comment, in place."""
    page.locator("#c1 summary").get_by_text("Reply").first.click()
    page.get_by_label("Your reply to Reader 1").fill(text)
    page.get_by_role("button", name="Reply", exact=True).first.click()


def test_all_of_it_works_without_scripts(town: Town) -> None:
    page = town.context(script=False).new_page()
    town.sign_in(page, ADA, "/submit")
    page.get_by_label("Its number, DOI").fill("10.5555/tide.3")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status")).to_contain_text("Taken in.")
    page.locator(".vote > button").first.click()
    expect(page.locator(".vote > button").first).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Your comment", exact=True).fill("First.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#c1 .said")).to_have_text("First.")
    answer(page, "Second.")
    expect(page.locator("#c1 #c2 .said")).to_have_text("Second.")
    page.locator("#c2 summary").get_by_text("Remove").click()
    page.locator("#c2").get_by_role("button", name="Remove it").click()
    expect(page.locator("#c2")).to_have_count(0)
    expect(page.locator("#discussion")).to_contain_text("1 comment")
