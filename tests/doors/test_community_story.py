"""All that readers do works without scripts, too: votes, submissions, comments, replies, as plain forms.

Nothing is patched: Chromium, the installed command, a mail server that received every letter, and sources on loopback.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.doors.instance import running
from tests.doors.newsroom import open_postbox, sign_in_by_mail
from tests.sources.single.upstreams import upstreams

pytestmark = pytest.mark.story

ADA = "ada.quill@example.org"


def test_from_the_letter_to_the_talk_without_scripts(browser: Browser, tmp_path: Path) -> None:
    with open_postbox() as (kept, smtp_url), upstreams() as shared:
        settings = {**shared.settings, "smtp_url": smtp_url, "sources": "[]", "edition_hour": 0, "name": "The Tide"}
        with running(tmp_path / "home", "--no-tick", **settings) as instance:
            page = browser.new_context(java_script_enabled=False, reduced_motion="reduce").new_page()
            sign_in_by_mail(page, instance.url, kept, ADA, "/")
            expect(page).to_have_url(f"{instance.url}/")
            votes_on_the_front_page(page)
            page.goto(f"{instance.url}/submit")
            submits_and_votes(page)
            talks(page)
            page.goto(f"{instance.url}/me")
            page.get_by_role("button", name="Sign out", exact=True).click()
            expect(page.get_by_role("link", name="Sign in")).to_be_visible()
            log = instance.log.read_text()
    assert ADA not in log
    assert not re.search(r"token=|bst_", log)


def votes_on_the_front_page(page: Page) -> None:
    here, first = page.url, page.locator(".vote > button").first
    for pressed in ("true", "false"):
        first.click()
        expect(first).to_have_attribute("aria-pressed", pressed)
        expect(page).to_have_url(here)


def submits_and_votes(page: Page) -> None:
    page.get_by_label("Its number, DOI").fill("10.5555/tide.3")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status")).to_contain_text("Taken in.")
    page.locator(".vote > button").first.click()
    expect(page.locator(".vote > button").first).to_have_attribute("aria-pressed", "true")


def talks(page: Page) -> None:
    page.get_by_label("Your comment", exact=True).fill("First.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#c1 .said")).to_have_text("First.")
    page.locator("#c1 summary").get_by_text("Reply").first.click()
    page.get_by_label("Your reply to Reader 1").fill("Second.")
    page.get_by_role("button", name="Reply", exact=True).first.click()
    expect(page.locator("#c1 #c2 .said")).to_have_text("Second.")
    page.locator("#c2 summary").get_by_text("Remove").click()
    page.locator("#c2").get_by_role("button", name="Remove it").click()
    expect(page.locator("#c2")).to_have_count(0)
    expect(page.locator("#discussion")).to_contain_text("1 comment")
