from datetime import date, timedelta

import pytest
from lxml import etree
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.clock import FixedClock
from tests.invented import record

ATOM = "{http://www.w3.org/2005/Atom}"
PATH = "/feeds/daily.atom"


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(app.asgi(ticking=False))


def test_the_feed_is_todays_page(app: App, client: TestClient) -> None:
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=300"
    feed = etree.fromstring(answer.content)
    assert feed.findtext(f"{ATOM}title") == f"{app.settings.name}, daily"
    lead = app.editions.today().lead
    assert lead is not None
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == lead.paper.title


def test_links_lead_to_pages_that_are_there(app: App, client: TestClient) -> None:
    feed = etree.fromstring(client.get(PATH).content)
    links = {str(link.get("href")) for link in feed.findall(f".//{ATOM}link")}
    assert len(links) > 5
    for link in links:
        assert link.startswith(app.settings.site)
        assert client.get(link.removeprefix(app.settings.site)).status_code == 200, link


def test_an_unchanged_feed_costs_nothing(client: TestClient) -> None:
    tag = client.get(PATH).headers["etag"]
    for form in (tag, f"W/{tag}", f'"older", {tag}', f'W/"older" , W/{tag}'):
        again = client.get(PATH, headers={"If-None-Match": form})
        assert (again.status_code, again.content) == (304, b""), form
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "max-age=300"
    assert client.get(PATH, headers={"If-None-Match": '"older"'}).status_code == 200


def test_news_change_the_feed_and_its_tag(app: App, client: TestClient, clock: FixedClock) -> None:
    before = client.get(PATH)
    clock.sleep(timedelta(minutes=1).total_seconds())
    app.catalogue.add([record(n) for n in range(3)])
    app.trending.refresh()
    after = client.get(PATH, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert record(1).title in after.text


def test_a_head_request_tells_the_tag_alone(client: TestClient) -> None:
    answer = client.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == client.get(PATH).headers["etag"]


def test_a_feed_can_only_be_read(client: TestClient) -> None:
    assert client.post(PATH).status_code == 405
    assert client.get("/feeds/hourly.atom").status_code == 404


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
    assert feed.findtext(f"{ATOM}title") == f"{app.settings.name}: patience"
    links = {str(link.get("rel")): str(link.get("href")) for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == feed.findtext(f"{ATOM}id") == f"{app.settings.site}{SEARCH}?q=patience&cat=cs.IR"
    assert client.get(links["alternate"].removeprefix(app.settings.site)).status_code == 200
    again = client.get(f"{SEARCH}?q=patience&cat=cs.IR", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    relevant = etree.fromstring(client.get(f"{SEARCH}?q=patience&cat=cs.IR&sort=recent").content)
    assert len(relevant.findall(f"{ATOM}entry")) == 6


@pytest.mark.parametrize("asked", ["q=zzzzzz", "q=patience&cat=no.where", "q=%22zzz%22+%3Cscript%3E%00%01"])
def test_a_search_that_finds_nothing_is_an_empty_feed(client: TestClient, asked: str) -> None:
    feed = etree.fromstring(client.get(f"{SEARCH}?{asked}").content)
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("asked", ["", "q=", "q=!%3F", "q=moss&sort=best", "q=moss&since=9999-99-99", "has=soul"])
def test_a_feed_of_no_question_is_refused(client: TestClient, asked: str) -> None:
    assert 400 <= client.get(f"{SEARCH}?{asked}").status_code < 500
