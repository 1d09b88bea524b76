"""A reader saves papers to lists, in place and without scripts; another sees what was shared and nothing else."""

import pytest
from playwright.sync_api import Browser, expect

from tests.doors.conftest import Served
from tests.doors.signing import sign_in

pytestmark = pytest.mark.story
PAPER = "/paper/arxiv:2601.00007"


def test_a_list_from_the_first_paper_to_a_link_that_ends(served: Served, browser: Browser) -> None:
    mine, others = browser.new_context(), browser.new_context()
    page, elsewhere = mine.new_page(), others.new_page()
    sign_in(served, page, "lister")
    page.goto(served.url + PAPER)
    page.get_by_label("Save it to a new list").fill("Tides for the train")
    page.locator("#lists").get_by_role("button", name="Save", exact=True).click()
    held = page.get_by_role("button", name="Tides for the train")
    expect(held).to_have_attribute("aria-pressed", "true")

    page.evaluate("window.stayed = true")
    held.click()
    expect(held).to_have_attribute("aria-pressed", "false")
    held.click()
    expect(held).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"

    page.goto(served.url + "/me")
    page.get_by_role("link", name="Tides for the train").first.click()
    address = page.url
    assert elsewhere.goto(address).status == 404  # type: ignore[union-attr]
    page.get_by_label("Your note on").fill("start here")
    page.get_by_role("button", name="Save note").click()
    page.get_by_text("Shared", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    elsewhere.goto(address)
    expect(elsewhere.get_by_text("start here")).to_be_visible()
    expect(elsewhere.get_by_role("button", name="Save note")).to_have_count(0)

    page.get_by_text("Private", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    assert elsewhere.goto(address).status == 404  # type: ignore[union-attr]
    mine.close()
    others.close()


def test_without_scripts_saving_is_a_plain_form(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    reader = sign_in(served, page, "plain")
    served.app.community.lists.make(reader, "Plain paper")
    page.goto(served.url + PAPER)
    for pressed in ("true", "false"):
        page.get_by_role("button", name="Plain paper").click()
        expect(page.get_by_role("button", name="Plain paper")).to_have_attribute("aria-pressed", pressed)
        assert page.url == f"{served.url}{PAPER}#lists"
    context.close()
