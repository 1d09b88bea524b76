"""What readers do on pages, by keys and without scripts, and what axe says of it; `test_walk` looks at every page."""

import email.policy
import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.mail import tally
from broadsheet.mail.tally import Event
from tests.doors.conftest import Served
from tests.doors.eyes import faults, open_all, wider
from tests.doors.pages import PAGES

pytestmark = pytest.mark.story


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # A colour in the middle of a transition would be measured as it is at that moment.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    yield opened
    context.close()


def test_the_operators_page_neither(served: Served, page: Page) -> None:
    address = f"admin-{id(page)}@example.org"
    served.app.accounts.readers.add(address, "admin")
    served.app.accounts.sign_ins.ask(address, "192.0.2.7", "/operator/mail")
    served.app.accounts.sign_ins.send_waiting()
    with served.app.database.write() as connection:
        for event, number in ((Event.ACCEPTED, 2000), (Event.REFUSED, 90), (Event.COMPLAINED, 9)):
            tally.count(connection, event, "reader.example", served.app.clock.now(), number)
    served.app.limits.watch()
    page.goto(_link_mailed_to(served, address, "/sign-in/link"))
    page.get_by_role("button", name="Sign in on this browser").click()
    page.get_by_role("heading", name="Digests are paused").wait_for()
    page.get_by_label("CSV: address, reason, since").fill("address\nnobody\n")
    page.get_by_role("button", name="Put them on the list").click()
    page.get_by_text("1 lines cannot be read").wait_for()
    page.get_by_text("The numbers").click()
    assert faults(page) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Let digests go on").click()
    page.get_by_text("Digests go on.").wait_for()


def test_the_pages_behind_a_mails_links_neither(served: Served, page: Page) -> None:
    address = f"reader-{id(page)}@example.org"
    page.goto(served.url + "/subscribe")
    page.get_by_label("Your address").fill(address)
    page.get_by_role("button", name="Send it").click()
    page.wait_for_url("**/subscribe/asked")
    link = _link_mailed_to(served, address)
    for path in (link, link.replace("/subscription/confirm", "/subscription/end")):
        page.goto(path)
        assert faults(page) == []
    page.goto(link)
    page.get_by_role("button", name="Yes, send it").click()
    page.get_by_text("Confirmed.").wait_for()
    assert faults(page) == []
    managed = page.url
    page.get_by_label("Add a search").fill("reading tides")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Told in words").fill("reading tides")
    page.get_by_role("button", name="Follow the topic").click()
    page.get_by_label("Name", exact=True).fill("Quill")
    page.get_by_role("button", name="Follow the author").click()
    page.get_by_text("borne by many").wait_for()
    assert faults(page) == []
    page.get_by_label("Name", exact=True).fill("Ada Quill")
    page.get_by_role("button", name="Follow the author").click()
    page.goto(managed.replace("/subscription?", "/subscription/mutes?"))
    page.get_by_label("One a line").fill("moss\nsalt maps")
    page.get_by_role("button", name="Mute").click()
    page.get_by_role("button", name=re.compile("Take back.*moss")).wait_for()
    assert faults(page) == []
    page.goto(managed.replace("/subscription?", "/subscription/end?"))
    page.get_by_role("button", name=re.compile("End this.*reading tides")).first.wait_for()
    assert faults(page) == []
    page.goto(served.url + "/subscribe/search?q=tides+cat:cs.IR")
    page.get_by_label("Mail me new papers for this search").fill(address)
    page.get_by_role("button", name="Mail me").click()
    page.wait_for_url("**/subscribe/asked")
    page.goto(managed)
    page.get_by_text("Waiting for your word").wait_for()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="What your next mail would hold now").click()
    page.get_by_role("heading", name="Your next mail").wait_for()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_pages_of_a_reader_neither(served: Served, page: Page) -> None:
    address = f"signed-{id(page)}@example.org"
    served.app.accounts.sign_ins.ask(address, "192.0.2.7", "/me")
    served.app.accounts.sign_ins.send_waiting()
    page.goto(_link_mailed_to(served, address, "/sign-in/link"))
    assert faults(page) == []
    page.get_by_role("button", name="Sign in on this browser").click()
    page.get_by_label("What will use it").fill("my reading list")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_text("Copy “my reading list” now.").wait_for()
    assert faults(page) == []
    page.goto(served.url + "/paper/arxiv:2601.00003")
    page.locator(".vote > button[aria-pressed=false]").click()
    page.locator(".vote > button[aria-pressed=true]").wait_for()
    assert faults(page) == []
    for path in ("/", "/search?q=reading+tides", "/me", "/me/delete", "/me/deleted"):
        page.goto(served.url + path)
        assert faults(page) == [], path
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_page_of_an_operator_neither(served: Served, page: Page) -> None:
    address = f"admin-{id(page)}@example.org"
    served.app.accounts.sign_ins.ask(address, "192.0.2.7", "/operator/trending")
    served.app.accounts.sign_ins.send_waiting()
    page.goto(_link_mailed_to(served, address, "/sign-in/link"))
    page.get_by_role("button", name="Sign in on this browser").click()
    served.app.accounts.readers.set_role(address, "admin")
    served.app.counting.write()
    page.goto(served.url + "/operator/trending")
    page.get_by_label("Upvotes on Hugging Face").fill("0.5")
    page.get_by_role("button", name="See what today would look like").click()
    page.get_by_role("heading", name="Today, by these weights and as it is").wait_for()
    assert faults(page) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pages_load_without_a_complaint_of_the_browser(served: Served, page: Page) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("requestfailed", lambda request: told.append(request.url))
    for name in ("front", "results", "unknown word", "paper", "subscribe", "ranking"):
        page.goto(served.url + PAGES[name], wait_until="networkidle")
    assert told == []


def test_titles_come_while_one_types_and_shut_nobody_out(served: Served, page: Page) -> None:
    page.goto(served.url + "/search")
    field = page.get_by_role("combobox", name="What are you looking for?")
    field.press_sequentially("tides on rea")
    options = page.get_by_role("option")
    options.first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    assert options.count() == 8
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("option", selected=True).get_attribute("id") == field.get_attribute("aria-activedescendant")
    assert faults(page) == []
    page.keyboard.press("Escape")
    assert options.count() == 0
    assert field.input_value() == "tides on rea"
    field.press_sequentially("d")
    options.first.wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/paper/arxiv:*")


def test_enter_without_a_choice_searches_for_what_was_typed(served: Served, page: Page) -> None:
    page.goto(served.url + "/search?q=moss&sort=newest")
    field = page.get_by_role("combobox")
    field.fill("reading tides")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?sort=newest&q=reading\+tides$"))
    assert page.get_by_role("option").count() == 0


def test_the_whole_abstract_is_a_click_away_without_scripts(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(served.url + "/search?q=gondolas")
    opened.locator("details.abstract").first.locator("summary").click()
    assert opened.get_by_text("All of it ends here.").is_visible()
    context.close()


@pytest.mark.parametrize("path", ["/search?q=formula+telephone", "/paper/arxiv:2601.00091"])
def test_a_long_formula_widens_no_page(served: Served, page: Page, path: str) -> None:
    page.goto(served.url + path)
    open_all(page)
    assert page.locator("math").last.is_visible()
    assert wider(page, (1280, 390, 320)) == []


def test_a_slash_leads_into_the_search_field(served: Served, page: Page) -> None:
    page.goto(served.url + "/about")
    page.keyboard.press("/")
    page.keyboard.type("tides/moss")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=tides%2Fmoss"))


def test_pages_work_without_scripts(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(served.url + "/")
    opened.get_by_role("button", name="dark").click()
    assert opened.locator("html").get_attribute("data-theme") == "dark"
    opened.get_by_label("Search").first.fill("reading tides")
    opened.get_by_role("button", name="Search").first.click()
    assert opened.locator(".results > li").count() > 3
    context.close()


def _link_mailed_to(served: Served, address: str, path: str = "/subscription/confirm") -> str:
    """Return the link to `path` in the outbox's letter to `address`; it is written just after the page has left."""
    for _ in range(1_200):
        for kept in (served.app.settings.home / "outbox").glob("*.eml"):
            mail = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(kept.read_bytes())
            body = mail.get_body(("plain",))
            if mail["To"] == address and body:
                found = re.search(rf"https?://\S+{path}\?token=\S+", body.get_content())
                assert found
                return found[0]
        time.sleep(0.05)
    raise AssertionError("no letter was written within a minute")
