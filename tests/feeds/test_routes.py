from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import etree
from starlette.testclient import TestClient

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.settings import load
from tests.conftest import NOON, furnish
from tests.invented import record

ATOM = "{http://www.w3.org/2005/Atom}"
PATH = "/feeds/daily.atom"


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(app.asgi(ticking=False))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, shelved_home: Path) -> Iterator[App]:
    """An instance with the shelf alone, for tests that only ask."""
    home = tmp_path_factory.mktemp("shelf") / "home"
    furnish(home, shelved_home)
    built = build(load(home=home, artefact_checks=0), FixedClock(NOON))
    yield built
    built.close()


@pytest.fixture(scope="module")
def asking(shelf: App) -> TestClient:
    return TestClient(shelf.asgi(ticking=False))


def test_the_feed_is_todays_page(shelf: App, asking: TestClient) -> None:
    answer = asking.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=300"
    feed = etree.fromstring(answer.content)
    assert feed.findtext(f"{ATOM}title") == f"{shelf.settings.name}, daily"
    lead = shelf.editions.today().lead
    assert lead is not None
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == lead.paper.title


def test_links_lead_to_pages_that_are_there(shelf: App, asking: TestClient) -> None:
    feed = etree.fromstring(asking.get(PATH).content)
    links = {str(link.get("href")) for link in feed.findall(f".//{ATOM}link")}
    assert len(links) > 5
    for link in links:
        assert link.startswith(shelf.settings.site)
        assert asking.get(link.removeprefix(shelf.settings.site)).status_code == 200, link


def test_an_unchanged_feed_costs_nothing(asking: TestClient) -> None:
    tag = asking.get(PATH).headers["etag"]
    for form in (tag, f"W/{tag}", f'"older", {tag}', f'W/"older" , W/{tag}'):
        again = asking.get(PATH, headers={"If-None-Match": form})
        assert (again.status_code, again.content) == (304, b""), form
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "max-age=300"
    assert asking.get(PATH, headers={"If-None-Match": '"older"'}).status_code == 200


def test_news_change_the_feed_and_its_tag(app: App, client: TestClient, clock: FixedClock) -> None:
    before = client.get(PATH)
    clock.sleep(timedelta(minutes=1).total_seconds())
    app.catalogue.add([record(n) for n in range(3)])
    app.trending.refresh()
    after = client.get(PATH, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert record(1).title in after.text


def test_a_head_request_tells_the_tag_alone(asking: TestClient) -> None:
    answer = asking.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == asking.get(PATH).headers["etag"]


def test_a_feed_can_only_be_read(asking: TestClient) -> None:
    assert asking.post(PATH).status_code == 405
    assert asking.get("/feeds/hourly.atom").status_code == 404


SEARCH = "/feeds/search.atom"


def test_the_feed_of_a_search_has_its_papers_newest_first_with_reasons(app: App, client: TestClient) -> None:
    app.catalogue.add([record(n, published=date(2026, 1, n)) for n in range(1, 13)])
    app.index.catch_up()
    answer = client.get(f"{SEARCH}?q=patience&cat=cs.IR")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles == [record(n).title for n in (11, 9, 7, 5, 3, 1)]
    assert "Holds “patience”" in str(feed.findtext(f"{ATOM}entry/{ATOM}content"))
    assert feed.findtext(f"{ATOM}title") == f"{app.settings.name}: patience · cs.IR"
    links = {str(link.get("rel")): str(link.get("href")) for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == feed.findtext(f"{ATOM}id") == f"{app.settings.site}{SEARCH}?q=patience&cat=cs.IR"
    assert client.get(links["alternate"].removeprefix(app.settings.site)).status_code == 200
    again = client.get(f"{SEARCH}?q=patience&cat=cs.IR", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    relevant = etree.fromstring(client.get(f"{SEARCH}?q=patience&cat=cs.IR&sort=recent").content)
    assert len(relevant.findall(f"{ATOM}entry")) == 6


@pytest.mark.parametrize("asked", ["q=zzzzzz", "q=patience&cat=no.where", "q=%22zzz%22+%3Cscript%3E%00%01"])
def test_a_search_that_finds_nothing_is_an_empty_feed(asking: TestClient, asked: str) -> None:
    feed = etree.fromstring(asking.get(f"{SEARCH}?{asked}").content)
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("asked", ["", "q=", "q=!%3F", "q=moss&sort=best", "q=moss&since=9999-99-99", "has=soul"])
def test_a_feed_of_no_question_is_refused(asking: TestClient, asked: str) -> None:
    assert 400 <= asking.get(f"{SEARCH}?{asked}").status_code < 500
