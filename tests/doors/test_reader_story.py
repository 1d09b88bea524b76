"""A reader signs in by the mail that arrived, votes, is seen by another browser, and signs out.

Nothing is patched: Chromium, the installed command, and a mail server that received every letter it shows.
"""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, expect

from tests.doors.instance import Running, command, free_port, running
from tests.doors.test_subscription_story import Postbox, _link

pytestmark = pytest.mark.story

ADA = "ada.quill@example.org"
PAPER = "/paper/arxiv:1904.09730"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, str]]:
    kept = Postbox()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    yield kept, f"smtp://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def instance(tmp_path: Path, postbox: tuple[Postbox, str]) -> Iterator[Running]:
    settings = {"smtp_url": postbox[1], "edition_hour": 0, "name": "The Tide", "sources": "[]"}
    with running(tmp_path / "home", "--no-tick", **settings) as found:
        yield found


def watched(page: Page, instance: Running, told: list[str]) -> Page:
    """Return the page; what its browser complains of, and requests to other hosts, are written into `told`."""
    page.on("console", lambda message: told.append(message.text))
    here = urlsplit(instance.url).netloc
    page.on("request", lambda request: urlsplit(request.url).netloc == here or told.append(request.url))
    return page


def sign_in(page: Page, instance: Running, kept: Postbox, path: str) -> None:
    """Ask for a letter from the page at `path`, and press the button behind its link."""
    before = len(kept.letters)
    page.goto(f"{instance.url}/sign-in?back={path}")
    page.get_by_label("Your address").fill(ADA)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    for _ in range(200):
        if len(kept.letters) > before:
            break
        page.wait_for_timeout(50)
    link = _link(kept.letters[-1], "/sign-in/link")
    urllib.request.urlopen(link, timeout=20)  # noqa: S310 - a mail scanner on our own loopback address
    page.goto(link)
    page.get_by_role("button", name="Sign in on this browser").click()


def test_from_the_mail_to_a_vote_that_others_see(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str]
) -> None:
    kept, told = postbox[0], []  # type: tuple[Postbox, list[str]]
    mine, others = (watched(browser.new_context().new_page(), instance, told) for _ in range(2))
    sign_in(mine, instance, kept, PAPER)
    assert kept.recipients == [[ADA]]
    expect(mine).to_have_url(instance.url + PAPER)

    vote = mine.locator(".vote > button")
    expect(vote).to_have_attribute("aria-pressed", "false")
    mine.evaluate("window.stayed = true")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote).to_contain_text("1 vote; take back the vote for")
    assert mine.evaluate("window.stayed") is True, "the page was loaded anew"

    others.goto(instance.url + PAPER)
    expect(others.locator(".vote > button")).to_contain_text("1 vote")
    others.locator(".vote > button").click()  # nobody known may vote: a page says where to sign in
    expect(others.get_by_role("heading", level=1)).to_have_text("Sign in first")
    assert [line for line in told if "401" not in line] == []

    mine.goto(f"{instance.url}/me")
    expect(mine.locator("#votes")).to_contain_text("1 paper")
    mine.get_by_role("button", name="Sign out", exact=True).click()
    expect(mine.get_by_role("link", name="Sign in")).to_be_visible()
    mine.goto(f"{instance.url}/me")
    expect(mine).to_have_url(f"{instance.url}/sign-in?back=%2Fme")
    log = instance.log.read_text()
    assert ADA not in log
    assert not re.search(r"token=|bst_", log)


def test_without_scripts_a_vote_is_a_plain_form(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str]
) -> None:
    command("readers", "add", ADA, "--role", "admin", "--name", "Ada", env=instance.env)
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, instance, postbox[0], "/")
    expect(page.get_by_role("link", name="Ada", exact=True)).to_be_visible()
    first = page.locator(".vote > button").first
    first.click()
    expect(page).to_have_url(f"{instance.url}/")
    expect(first).to_have_attribute("aria-pressed", "true")
    first.click()
    expect(first).to_have_attribute("aria-pressed", "false")
