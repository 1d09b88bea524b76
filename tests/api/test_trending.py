from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.papers.records import Signal
from broadsheet.settings import load
from tests.conftest import NOON, furnish
from tests.invented import record


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, shelved_home: Path) -> Iterator[App]:
    """An instance with four papers that trend; no test here changes anything."""
    home = tmp_path_factory.mktemp("trending") / "home"
    furnish(home, shelved_home)
    made = build(load(home=home), FixedClock(NOON))
    began = NOON - timedelta(hours=7)
    made.catalogue.add([record(n, signals=(Signal("hf_upvotes", 10 + n, NOON, began),)) for n in range(4)])
    made.trending.refresh()
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(app: App) -> TestClient:
    return TestClient(app.asgi(ticking=False))


def test_places_come_with_parts_that_add_up(client: TestClient) -> None:
    told = client.get("/api/v1/trending?limit=2").json()
    assert (told["window"], told["order"], told["category"], told["candidates"]) == ("day", "next", "", 4)
    assert [place["rank"] for place in told["places"]] == [1, 2]
    first = told["places"][0]
    assert first["paper"]["id"] == "arxiv:2601.00003"
    assert first["paper"]["votes"] == 0
    assert sum(part["value"] for part in first["parts"]) == pytest.approx(first["score"])
    assert first["reason"].startswith("13 upvotes on Hugging Face")


def test_a_paper_is_explained_as_its_place_is(client: TestClient) -> None:
    place = client.get("/api/v1/trending?window=month&order=past&category=cs.IR").json()["places"][0]
    why = client.get(f"/api/v1/papers/{place['paper']['id']}/trending?window=month&order=past").json()
    assert (why["score"], why["parts"]) == (place["score"], place["parts"])
    assert why["id"] == place["paper"]["id"]


@pytest.mark.parametrize("query", ["window=decade", "order=random", "limit=0", "category=" + "x" * 65])
def test_what_is_unknown_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/v1/trending?{query}").status_code == 422


def test_an_unknown_paper_has_no_score(client: TestClient) -> None:
    assert client.get("/api/v1/papers/arxiv:2601.99999/trending").status_code == 404


def test_the_feed_has_the_same_papers_and_answers_pollers_for_nothing(client: TestClient) -> None:
    answer = client.get("/feeds/trending.atom?window=week&category=cs.CV")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.text.count("<entry>") == 2
    assert "trending, week, cs.CV" in answer.text
    assert "/trending?window=week&amp;category=cs.CV" in answer.text
    again = client.get(
        "/feeds/trending.atom?window=week&category=cs.CV", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert client.get("/feeds/trending.atom?window=decade").status_code == 400
