from typing import Any

import pytest
from starlette.testclient import TestClient

from broadsheet.app import App
from tests.invented import record

PAPER = "/api/v1/papers/arxiv:2601.00001"


@pytest.fixture
def client(app: App) -> TestClient:
    app.catalogue.add([record(1), record(2)])
    app.index.catch_up()
    return TestClient(app.asgi(ticking=False), raise_server_exceptions=False)


def _token(app: App, scope: str, address: str = "ada@quill.example") -> dict[str, str]:
    reader = app.accounts.readers.add(address)
    return {"Authorization": f"Bearer {app.accounts.tokens.make(reader.id, 'list', scope).secret}"}


def _votes(answer: Any) -> tuple[int, Any]:
    assert answer.status_code == 200, answer.text
    return answer.json()["votes"], answer.json()["mine"]


def test_a_program_votes_for_its_reader(app: App, client: TestClient) -> None:
    token = _token(app, "write")
    assert _votes(client.put(f"{PAPER}/vote", headers=token)) == (1, True)
    assert _votes(client.put(f"{PAPER}/vote", headers=token)) == (1, True)
    assert _votes(client.get(f"{PAPER}/vote", headers=token)) == (1, True)
    assert _votes(client.get(f"{PAPER}/vote")) == (1, None)
    assert client.get(PAPER).json()["votes"] == 1
    found = client.get("/api/v1/search", params={"q": record(1).title}).json()["results"]
    assert {hit["paper"]["id"]: hit["paper"]["votes"] for hit in found}["arxiv:2601.00001"] == 1
    listed = client.get("/api/v1/papers", params={"id": "arxiv:2601.00001"}).json()["papers"]
    assert listed[0]["votes"] == 1
    assert _votes(client.delete(f"{PAPER}/vote", headers=token)) == (0, False)


def test_a_token_that_may_only_read_votes_not(app: App, client: TestClient) -> None:
    token = _token(app, "read")
    for ask in (client.put, client.delete):
        answer = ask(f"{PAPER}/vote", headers=token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
        assert ask(f"{PAPER}/vote").status_code == 401
    assert _votes(client.get(f"{PAPER}/vote", headers=token)) == (0, False)


def test_a_paper_that_is_not_here_is_told(app: App, client: TestClient) -> None:
    assert client.put("/api/v1/papers/arxiv:2601.99999/vote", headers=_token(app, "write")).status_code == 404


def test_another_method_is_told_which_there_are(client: TestClient) -> None:
    answer = client.post(PAPER)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert "asked with GET, not POST" in answer.json()["error"]["message"]
