"""Mails in a real browser, as wide as mail programs show them, light and dark: what their HTML lint cannot see."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from tests.digests.newsroom import TODAY, Newsroom, body, newsroom
from tests.doors.eyes import faults, wider

pytestmark = pytest.mark.story

WIDTHS = (600, 390, 320)
GROUND = {"light": "rgb(251, 251, 248)", "dark": "rgb(20, 22, 25)"}
# A mail is shown inside a mail program, which gives it its landmarks and its way to move about.
NOT_A_PAGE = ("region", "landmark")
LONG = "Anticonstitutionnellement" * 4


@pytest.fixture
def shown(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page, asked
    context.close()


@pytest.fixture
def letters(sqlite: Database, clock: FixedClock) -> dict[str, str]:
    """The HTML of each kind of mail about digests."""
    room = newsroom(sqlite, clock)
    reader = room.reader("ada.quill@reader.example", size=20)
    room.press.publish(TODAY, lead=1, trending=[2, 3, 4], new=[5, 6], notice=f"A quiet day, {LONG}.")
    assert room.tick() == 1
    return {"digest": body(room.tray.mails[-1], "html"), **_others(room, reader.address)}


def _others(room: Newsroom, address: str) -> dict[str, str]:
    room.clock.sleep(2 * 86_400)
    found = {}
    for kind, asking in (("management", address), ("confirmation", f"another.{address}")):
        room.subscriptions.subscribe(asking)
        room.subscriptions.send_waiting()
        found[kind] = body(room.tray.mails[-1], "html")
    return found


@pytest.mark.parametrize("kind", ["digest", "confirmation", "management"])
def test_a_mail_fits_is_readable_and_asks_for_nothing(
    shown: tuple[Page, list[str]], letters: dict[str, str], kind: str
) -> None:
    page, asked = shown
    page.set_content(letters[kind])
    assert wider(page, WIDTHS) == []
    assert [fault for fault in faults(page) if not any(name in fault for name in NOT_A_PAGE)] == []
    assert asked == []


@pytest.mark.parametrize("scheme", GROUND)
@pytest.mark.parametrize("width", WIDTHS[:2])
def test_a_digest_keeps_its_measure_in_the_light_and_in_the_dark(
    shown: tuple[Page, list[str]], letters: dict[str, str], scheme: Literal["light", "dark"], width: int
) -> None:
    page, _ = shown
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(letters["digest"])
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == GROUND[scheme]
    sizes = page.evaluate(
        "[...document.querySelectorAll('p, h2, h3')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 13
    inside = page.evaluate("document.querySelector('.wrap').getBoundingClientRect().width")
    assert inside == width
    assert len(page.screenshot(full_page=True)) > 20_000
