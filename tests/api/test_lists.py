import pytest
from starlette.testclient import TestClient

from broadsheet.app import App
from tests.api.test_personal import _token
from tests.invented import record

PAPER = "arxiv:2601.00001"


@pytest.fixture
def client(app: App) -> TestClient:
    app.catalogue.add([record(1), record(2)])
    return TestClient(app.asgi(ticking=False), raise_server_exceptions=False)


def test_a_program_keeps_a_list(app: App, client: TestClient) -> None:
    mine = _token(app, "write")
    made = client.post("/api/v1/lists", json={"name": "To read"}, headers=mine)
    assert made.status_code == 201
    path = f"/api/v1/lists/{made.json()['key']}"
    client.put(f"{path}/papers", params={"id": PAPER}, json={"note": "first"}, headers=mine)
    client.put(f"{path}/papers", params={"id": "arxiv:2601.00002"}, json={"place": 1}, headers=mine)
    told = client.get(path, headers=mine).json()
    assert [(one["id"], one["note"]) for one in told["papers"]] == [("arxiv:2601.00002", ""), (PAPER, "first")]
    client.put(f"{path}/papers", params={"id": PAPER}, json={"note": "read"}, headers=mine)
    told = client.request("DELETE", f"{path}/papers", params={"id": "arxiv:2601.00002"}, headers=mine).json()
    assert [(one["id"], one["note"]) for one in told["papers"]] == [(PAPER, "read")]
    assert client.get("/api/v1/lists", headers=mine).json()["lists"][0]["size"] == 1
    assert client.get("/api/v1/me/export", headers=mine).json()["lists"][0]["papers"][0]["id"] == PAPER
    assert client.delete(path, headers=mine).json() == {"deleted": made.json()["key"]}
    assert client.get(path, headers=mine).status_code == 404


def test_who_may_see_and_change_a_list(app: App, client: TestClient) -> None:
    mine, theirs = _token(app, "write"), _token(app, "read", "bee@quill.example")
    path = f"/api/v1/lists/{client.post('/api/v1/lists', json={'name': 'x'}, headers=mine).json()['key']}"
    assert client.get(path).status_code == 404
    assert client.get(path, headers=theirs).status_code == 404
    told = client.put(path, json={"name": "Open", "access": "public"}, headers=mine).json()
    assert (told["name"], told["access"]) == ("Open", "public")
    assert client.get(path).json()["name"] == "Open"
    assert client.put(path, json={"name": "Mine"}, headers=theirs).status_code == 403
    assert client.delete(path).status_code == 401


def test_bad_bodies_are_told(app: App, client: TestClient) -> None:
    mine = _token(app, "write")
    for body in ({}, {"name": ""}, {"name": "x", "access": "all"}, {"name": "x" * 81}, {"name": "x", "more": 1}):
        answer = client.post("/api/v1/lists", json=body, headers=mine)
        assert answer.status_code == 422, body
        assert answer.json()["error"]["message"]
