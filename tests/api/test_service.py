"""The API, asked in process through the whole application."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph
from starlette.testclient import TestClient

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.errors import TooMany
from broadsheet.papers.catalogue import Catalogue
from broadsheet.settings import load
from tests.conftest import NOON, furnish
from tests.invented import record


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, shelved_home: Path) -> Iterator[App]:
    """An instance with thirty papers beside the shelf's, for tests that change nothing in it."""
    home = tmp_path_factory.mktemp("library") / "home"
    furnish(home, shelved_home)
    built = build(load(home=home, artefact_checks=0), FixedClock(NOON))
    built.catalogue.add([record(n) for n in range(30)])
    built.index.catch_up()
    yield built
    built.close()


@pytest.fixture(scope="module")
def client(library: App) -> TestClient:
    """Whoever asks the library."""
    return TestClient(library.asgi(ticking=False), raise_server_exceptions=False)


def _error(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


def test_a_paper_is_found_by_any_of_its_names(client: TestClient) -> None:
    for key in ("arxiv:2601.00003", "2601.00003", "2601.00003v2", "https://arxiv.org/abs/2601.00003"):
        answer = client.get(f"/api/v1/papers/{key}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["id"] == "arxiv:2601.00003"
        assert answer.json()["identifiers"] == {"arxiv": "2601.00003"}


def test_a_reuse_card_comes_as_json_and_as_rdf(client: TestClient) -> None:
    path = "/api/v1/papers/1904.09730/reuse"
    told = client.get(path).json()
    assert told["paper"] == "arxiv:1904.09730"
    assert [one["state"] for one in told["artefacts"]] == ["unchecked", "unchecked"]
    assert [one["question"] for one in told["questions"]][1] == "May I use it?"
    turtle = client.get(path, params={"form": "turtle"})
    assert turtle.headers["content-type"].startswith("text/turtle")
    linked = client.get(path, params={"form": "jsonld"})
    assert linked.headers["content-type"] == "application/ld+json"
    one, other = Graph().parse(data=turtle.text, format="turtle"), Graph().parse(data=linked.text, format="json-ld")
    assert len(one) == len(other) > 10
    assert _error(client.get(path, params={"form": "xml"}))["field"] == "form"
    assert client.get("/api/v1/papers/2601.99999/reuse").status_code == 404


def test_a_papers_history_says_why_and_what(app: App) -> None:
    client = TestClient(app.asgi(ticking=False), raise_server_exceptions=False)
    app.catalogue.add([record(3)])
    app.index.catch_up()
    app.catalogue.add([record(3, source="hf", title="SaltMap"), record(3, abstract="Rewritten.")])
    told = client.get("/api/v1/papers/2601.00003/history").json()
    assert told["id"] == "arxiv:2601.00003"
    assert [(one["record"], one["by"], one["because"]) for one in told["records"]] == [
        ("arxiv/2601.00003", None, None),
        ("hf/2601.00003", "identifier", "same arXiv id 2601.00003"),
    ]
    assert told["other_titles"] == [{"title": "SaltMap", "sources": ["hf"]}]
    (change,) = told["changes"]
    assert (change["what"], change["abstract"]["after"]) == (["abstract"], "Rewritten.")
    after = {"since": change["at"]}
    assert client.get("/api/v1/papers/2601.00003/history", params=after).json()["changes"] == []
    before = {"since": "2001-01-01T00:00:00"}
    assert client.get("/api/v1/papers/2601.00003/history", params=before).json()["changes"] == [change]
    for wrong in ({"since": "yesterday"}, {"since": ""}):
        answer = client.get("/api/v1/papers/2601.00003/history", params=wrong)
        assert (answer.status_code, _error(answer)["field"]) == (422, "since")
    assert client.get("/api/v1/papers/2601.99999/history").status_code == 404


def test_a_wrong_value_of_a_repeated_parameter_is_told_by_its_name(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "salt", "has": ["code", "gpu"]})
    assert answer.status_code == 422
    assert _error(answer)["field"] == "has"
    assert _error(answer)["message"].startswith("has: Input should be 'code', 'model'")


def test_a_parameter_that_is_none_is_told(client: TestClient) -> None:
    notes = client.get("/api/v1/search", params={"q": "salt", "category": "cs.IR", "cat": "cs", "refine": "1"}).json()[
        "notes"
    ]
    assert notes == ["“category” is no parameter of this search, and was left out."]


def test_search_answers_in_the_promised_form(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "salt maps", "limit": 3}).json()
    assert list(answer) == ["query", "took_ms", "total", "notes", "suggestion", "author", "results", "next", "facets"]
    assert [result["rank"] for result in answer["results"]] == [1, 2, 3]
    for result in answer["results"]:
        assert "salt maps" in result["paper"]["title"]
        assert result["why"]["text"] + result["why"]["meaning"] == pytest.approx(result["score"], abs=1e-5)


def test_next_leads_through_all_results(client: TestClient) -> None:
    asked: dict[str, Any] = {"q": "salt maps", "limit": 3, "sort": "recent"}
    whole = client.get("/api/v1/search", params=asked | {"limit": 100}).json()
    ids: list[str] = []
    while True:
        page = client.get("/api/v1/search", params=asked).json()
        ids += [result["paper"]["id"] for result in page["results"]]
        if not page["next"]:
            break
        asked["cursor"] = page["next"]
    assert ids == [result["paper"]["id"] for result in whole["results"]]
    assert len(ids) == whole["total"] > 3
    message = _error(client.get("/api/v1/search", params=asked | {"sort": "newest"}))["message"]
    assert "another question" in message


def test_facets_count_each_result_once_and_can_be_asked_for(client: TestClient) -> None:
    whole = client.get("/api/v1/search", params={"q": "cat:cs", "limit": 100}).json()
    assert sum(year["papers"] for year in whole["facets"]["years"]) == whole["total"]
    for name, facet in (("cat", "categories"), ("source", "sources"), ("has", "artefacts")):
        for one in whole["facets"][facet]:
            narrowed = client.get("/api/v1/search", params={"q": "cat:cs", name: one["value"]}).json()
            assert narrowed["total"] == one["papers"], (name, one)
    for year in whole["facets"]["years"]:
        asked = {"q": "cat:cs", "since": f"{year['value']}-01-01", "until": f"{year['value']}-12-31"}
        assert client.get("/api/v1/search", params=asked).json()["total"] == year["papers"]


def test_similar_papers_and_how_varied_they_are(client: TestClient) -> None:
    near = client.get("/api/v1/papers/2601.00003/similar", params={"diversity": 0, "limit": 5}).json()["results"]
    assert len(near) == 5
    assert [one["score"] for one in near] == sorted((one["score"] for one in near), reverse=True)
    assert "arxiv:2601.00003" not in [one["paper"]["id"] for one in near]
    varied = client.get("/api/v1/papers/2601.00003/similar", params={"diversity": 0.9, "limit": 5}).json()["results"]
    assert varied[0] == near[0]
    assert varied != near
    assert "to those above it" in near[1]["why"]["sentence"]


def test_suggestions_are_titles_that_hold_what_was_typed(client: TestClient) -> None:
    answer = client.get("/api/v1/suggest", params={"q": "on counting", "limit": 2}).json()
    assert answer["query"] == "on counting"
    assert len(answer["suggestions"]) == 2
    assert all(one["title"].startswith("On counting ") for one in answer["suggestions"])
    assert client.get("/api/v1/suggest", params={"q": '"('}).json()["suggestions"] == []


@pytest.mark.parametrize(
    "text",
    [
        *("moss " * 2_000, "the of and", '"tide tables AND (moss OR "', "(a+)+$" + "a" * 60 + "!", "moss cat:no.where"),
        *("潮汐表 таблица مد و جزر 🌊", "moss date:9999-99-99", "moss date:0001..9999", "moss date:2030.."),
    ],
)
def test_odd_questions_are_answered_and_what_is_odd_is_told(client: TestClient, text: str) -> None:
    answer = client.get("/api/v1/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["results"] or found["total"] == 0
    if text.startswith("moss date:9999"):
        assert "is no date" in found["notes"][0]
    if text == "the of and":
        assert "too common" in found["notes"][0]


def test_a_summary_of_the_shelf_is_not_sold_as_an_abstract(client: TestClient) -> None:
    paper = client.get("/api/v1/papers/arxiv:1904.09730").json()
    assert paper["abstract"] == ""
    assert paper["summary"].startswith("Object detectors")


def test_the_newest_papers_come_first(client: TestClient) -> None:
    answer = client.get("/api/v1/papers", params={"limit": 5}).json()
    assert answer["total"] == 104
    days = [paper["published"] for paper in answer["papers"]]
    assert days == sorted(days, reverse=True)
    assert len(days) == 5


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/papers/arxiv:2601.09999", 404, "not_found"),
        ("/papers/arxiv:9999.99999", 422, "invalid"),
        ("/papers/%00", 422, "invalid"),
        ("/papers?limit=0", 422, "invalid"),
        ("/papers?limit=x", 422, "invalid"),
        ("/search", 422, "invalid"),
        ("/search?q=", 422, "invalid"),
        ("/search?q=moss&since=yesterday", 422, "invalid"),
        ("/search?q=moss&sort=best", 422, "invalid"),
        ("/search?q=moss&offset=-1", 422, "invalid"),
        ("/search?q=moss&offset=10001", 422, "invalid"),
        ("/search?q=moss&cursor=x", 422, "invalid"),
        ("/search?q=moss&since=9999-99-99", 422, "invalid"),
        ("/search?q=%22", 422, "invalid"),
        ("/search?q=!%3F.,;", 422, "invalid"),
        ("/suggest", 422, "invalid"),
        ("/suggest?q=moss&limit=21", 422, "invalid"),
        ("/papers/arxiv:2601.09999/similar", 404, "not_found"),
        ("/papers/2601.00003/similar?diversity=2", 422, "invalid"),
        ("/papers/2601.00003/similar?limit=0", 422, "invalid"),
        ("/nothing", 404, "not_found"),
    ],
)
def test_errors_have_one_shape(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    assert _error(answer)["code"] == code
    assert _error(answer)["message"]


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json()["papers"] == 104


def test_a_wrong_method_is_told_in_the_same_shape(client: TestClient) -> None:
    answer = client.post("/api/v1/search", json={"q": "moss"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert _error(answer) == {
        "code": "method_not_allowed",
        "message": "/api/v1/search is asked with GET, not POST.",
    }


def test_who_asks_too_often_is_told_whole_seconds_to_wait(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_catalogue: Catalogue, _limit: int) -> None:
        raise TooMany("Wait a moment.", retry_after=0.2)

    monkeypatch.setattr(Catalogue, "newest", busy)
    answer = client.get("/api/v1/papers")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
