"""Editors who work on a page at once, or without scripts, or on small screens; the page's own story stands elsewhere.

Nothing is patched: Chromium in front of a served instance whose clock a test moves.
"""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from broadsheet.editions.spans import Span
from tests.doors.eyes import faults, wider
from tests.doors.newsroom import Newsroom

pytestmark = pytest.mark.story


def test_two_editors_at_once_lose_nothing(newsroom: Newsroom) -> None:
    ada, bea = (newsroom.signed_in(f"{name}@quill.example") for name in ("ada", "bea"))
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


def test_without_scripts_the_desk_is_plain_forms(newsroom: Newsroom) -> None:
    page = newsroom.signed_in("ada@quill.example", java_script_enabled=False)
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


def test_the_desk_shuts_nobody_out_at_any_width(newsroom: Newsroom) -> None:
    page = newsroom.signed_in("ada@quill.example")
    for path in ("/desk/2026-01-16", "/desk/2026-01-15", "/desk/2026-W03", "/edition/2026-W03", "/edition"):
        page.goto(newsroom.url + path)
        assert faults(page) == [], path
        assert wider(page, (1280, 390, 320)) == [], path
