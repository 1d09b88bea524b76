from datetime import timedelta

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
