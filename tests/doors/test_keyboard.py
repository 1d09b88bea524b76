"""Pages by keys alone, in a real browser: along the papers, into one, a vote, help, and off."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.doors.conftest import Served
from tests.doors.signing import sign_in

pytestmark = pytest.mark.story


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def _title(page: Page) -> str:
    return str(page.evaluate("document.activeElement.matches('.hed > a') ? document.activeElement.textContent : ''"))


@pytest.mark.parametrize("path", ["/", "/search?q=reading+tides", "/trending"])
def test_along_the_papers_and_into_one(served: Served, page: Page, path: str) -> None:
    page.goto(served.url + path)
    titles = page.locator('#main .hed > a[href^="/paper/"]')
    page.keyboard.press("j")
    assert _title(page) == titles.nth(0).text_content()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    second = titles.nth(1)
    assert _title(page) == second.text_content()
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") < 900
    target = second.get_attribute("href")
    page.keyboard.press("o")
    page.wait_for_url(f"**{target}")


def test_a_key_votes_where_the_reader_stands(served: Served, page: Page) -> None:
    sign_in(served, page, "keys")
    page.goto(served.url + "/search?q=reading+tides")
    page.keyboard.press("j")
    vote = page.locator(".results > li").first.locator(".vote > button")
    before = vote.get_attribute("aria-pressed")
    page.keyboard.press("v")
    expect(vote).not_to_have_attribute("aria-pressed", str(before))
    page.keyboard.press("v")
    expect(vote).to_have_attribute("aria-pressed", str(before))


def test_help_opens_and_closes_and_typing_stays_typing(served: Served, page: Page) -> None:
    page.goto(served.url + "/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("j?k")
    assert page.evaluate("document.activeElement.value") == "j?k"
    expect(dialog).to_be_hidden()


def test_the_keys_can_be_switched_off(served: Served, page: Page) -> None:
    page.goto(served.url + "/about")
    page.get_by_role("button", name="Switch the keys off").click()
    page.goto(served.url + "/")
    page.keyboard.press("j")
    assert _title(page) == ""
    page.goto(served.url + "/about")
    page.get_by_role("button", name="Switch the keys on").click()
    page.goto(served.url + "/")
    page.keyboard.press("j")
    assert re.search("Tides", _title(page))
