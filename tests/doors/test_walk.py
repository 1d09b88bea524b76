"""Walks every route that shows something, signed in and out: axe, the content policy, the width of screens, print.

One browser and one instance for all of it. A new route fails here until `pages` has an address that leads to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.routing import compile_path

from tests.doors.conftest import Served
from tests.doors.doors import doors
from tests.doors.eyes import faults, moving, open_all, violations, watch, wider
from tests.doors.pages import FILES, OWN, PAGES
from tests.doors.signing import sign_in
from tests.doors.test_accessibility import _link_mailed_to

pytestmark = pytest.mark.story

WIDTHS = (1280, 640, 390, 320)  # 640 is 1280 at a zoom of 200 %
EVERYWHERE = PAGES | OWN
LOOKED_AT = [name for name in EVERYWHERE if name != "export"]  # which is a file, asked for below


@dataclass
class Walk:
    """Two browsers that stay: one whose reader, an admin, is signed in, and one of nobody known."""

    served: Served
    signed_in: BrowserContext
    nobody: BrowserContext
    named: dict[str, str]
    told: list[str]

    def page(self, name: str, who: str) -> tuple[Page, int]:
        """Open a page, and return it with its status."""
        context = self.signed_in if who == "signed in" else self.nobody
        page = context.pages[0]
        self.told.clear()
        path = EVERYWHERE[name].format(**self.named)
        answer = page.goto(self.served.url + path)
        return page, answer.status if answer else 0


@pytest.fixture(scope="session")
def walk(served: Served, browser: Browser) -> Iterator[Walk]:
    told: list[str] = []
    contexts = []
    for _ in range(2):
        # A colour in the middle of a transition would be measured as it is at that moment.
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce"))
        watch(contexts[-1], served.url, told)
        contexts[-1].new_page()
    reader = sign_in(served, contexts[0].pages[0], "walker", "admin")
    yield Walk(served, *contexts, _made(served, reader, contexts[1].pages[0]), told)
    for context in contexts:
        context.close()


def _made(served: Served, reader_id: int, page: Page) -> dict[str, str]:
    """Make what pages are about, and return what stands for it in their addresses."""
    app, community = served.app, served.app.community
    reader = app.accounts.readers.get(reader_id)
    paper = app.catalogue.get("arxiv:2601.00004")
    said = community.comments.write(reader, paper.id, "Tides, *slowly*: $n^2$ of them.\n\n> quoted\n\n- one\n- two")
    community.comments.write(reader, paper.id, "And an answer with `code`.", said.id)
    public = community.lists.make(reader_id, "Tides to read", "for the train", "public")
    own = community.lists.make(reader_id, "A list for nobody else")
    for key in (public.key, own.key):
        for n in (3, 4, 5):
            community.lists.add(reader_id, key, app.catalogue.get(f"arxiv:2601.0000{n}").id, "start here")
    community.lists.show_page(reader_id, votes=True)
    community.votes.cast(reader_id, paper.id)
    today = app.editions.today().span
    return {
        "day": today.name,
        "week": f"{today.start.isocalendar().year}-W{today.start.isocalendar().week:02d}",
        "list": public.key,
        "own": own.key,
        "reader": str(reader_id),
        "comment": str(said.id),
        **_mailed(served, page),
    }


def _mailed(served: Served, page: Page) -> dict[str, str]:
    """Return tokens as mails carry them: one to confirm, one of a subscription that is confirmed, one to sign in."""
    found = {}
    for name in ("confirm", "managed"):
        address = f"{name}-{id(page)}@quill.example"
        served.app.subscriptions.subscribe(address)
        served.app.subscriptions.send_waiting()
        found[name] = _link_mailed_to(served, address).partition("token=")[2]
    page.goto(f"{served.url}/subscription/confirm?token={found['managed']}")
    page.get_by_role("button", name="Yes, send it").click()
    page.get_by_text("Confirmed.").wait_for()
    found["managed"] = page.url.partition("token=")[2].partition("&")[0]
    address = f"enter-{id(page)}@quill.example"
    served.app.accounts.sign_ins.ask(address, "192.0.2.9", "/me")
    served.app.accounts.sign_ins.send_waiting()
    found["enter"] = _link_mailed_to(served, address, "/sign-in/link").partition("token=")[2]
    return found


def test_the_walk_leads_to_every_door(walk: Walk) -> None:
    table = [door for door in doors(walk.served.app.asgi(ticking=False).routes) if "GET" in door.methods]
    ours = [door for door in table if not door.path.startswith(("/api/", "/static/"))]
    paths = [path.format(**walk.named).partition("?")[0] for path in (*EVERYWHERE.values(), *FILES.values())]
    found = set()
    for path in paths:
        met = (door.path for door in ours if re.match(compile_path(door.path)[0], path))
        found.add(next(met, ""))
    missing = {door.path for door in ours} - found
    assert not missing, f"tests/doors/pages.py has no address that leads to {sorted(missing)}"


@pytest.mark.parametrize("name", LOOKED_AT)
@pytest.mark.parametrize("who", ["nobody", "signed in"])
def test_no_page_shuts_anyone_out(walk: Walk, name: str, who: str) -> None:
    page, status = walk.page(name, who)
    assert status < 500
    if who == "signed in" and name in OWN:
        assert status == 200
    open_all(page)
    found = faults(page)
    assert not found, "\n".join(found)
    assert wider(page, WIDTHS) == []
    assert violations(page) == []
    assert walk.told == []


@pytest.mark.parametrize("name", ["front", "results", "paper", "trending", "own page", "desk of today"])
def test_nothing_moves_where_that_is_not_wanted(walk: Walk, name: str) -> None:
    page, _ = walk.page(name, "signed in")
    assert moving(page) == 0


@pytest.mark.parametrize("name", ["front", "paper", "edition"])
def test_pages_print_as_paper(walk: Walk, name: str) -> None:
    page, _ = walk.page(name, "nobody")
    page.emulate_media(media="print", color_scheme="dark")
    try:
        seen = page.evaluate("""() => {
          const shown = (one) => one.checkVisibility();
          const all = (selector) => [...document.querySelectorAll(selector)].filter(shown).length;
          return {forms: all("form"), strip: all(".strip"), votes: all(".vote"), headings: all("h1, h2"),
                  ground: getComputedStyle(document.documentElement).backgroundColor, title: document.title};
        }""")
        assert (seen["forms"], seen["strip"], seen["votes"]) == (0, 0, 0)
        assert seen["headings"] > 1
        assert seen["ground"] in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")
        assert page.pdf().startswith(b"%PDF")
    finally:
        page.emulate_media(media="screen", color_scheme="light")


def test_a_first_visit_is_light(served: Served, browser: Browser) -> None:
    context = browser.new_context()
    page, sizes = context.new_page(), []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()))
    page.goto(served.url, wait_until="networkidle")
    context.close()
    assert sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) < 160_000


@pytest.mark.parametrize("name", [*FILES, "export"])
def test_files_come_whole_and_as_what_they_are(walk: Walk, name: str) -> None:
    path = (FILES | OWN)[name].format(**walk.named)
    answer = walk.signed_in.request.get(walk.served.url + path, max_redirects=0)
    assert answer.status < 500
    if answer.status == 200:
        kind = answer.headers["content-type"]
        parts = ("suggestions", "next mail itself")  # those are a part of a page
        assert kind.startswith("text/html") == (name in parts), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.body()
    else:
        target = urlsplit(answer.headers.get("location", ""))
        assert answer.status == 404 or target.netloc in ("", urlsplit(walk.served.url).netloc)
