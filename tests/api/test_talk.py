from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from broadsheet.api.talk import LARGEST
from broadsheet.app import App
from broadsheet.community.comments import EDITABLE
from tests.invented import record

TALK = "/api/v1/papers/arxiv:2601.00001/comments"
Token = Callable[..., dict[str, str]]


@pytest.fixture
def client(app: App) -> TestClient:
    app.catalogue.add([record(1)])
    return TestClient(app.asgi(ticking=False), raise_server_exceptions=False)


@pytest.fixture
def token(app: App) -> Token:
    def made(scope: str = "write", address: str = "ada@quill.example") -> dict[str, str]:
        reader = app.accounts.readers.add(address)
        return {"Authorization": f"Bearer {app.accounts.tokens.make(reader.id, 'list', scope).secret}"}

    return made


def test_a_program_writes_answers_edits_and_removes(client: TestClient, token: Token) -> None:
    ada = token()
    answer = client.post(TALK, json={"text": "The *tides*."}, headers=ada)
    assert answer.status_code == 201
    first = answer.json()
    assert (first["text"], first["state"], first["answers"]) == ("The *tides*.", "shown", None)
    reply = client.post(TALK, json={"text": "Ebb.", "answers": first["number"]}, headers=ada).json()
    told = client.get(TALK).json()
    assert (told["total"], [(one["number"], one["depth"]) for one in told["comments"]]) == (
        2,
        [(first["number"], 0), (reply["number"], 1)],
    )
    assert [one["text"] for one in client.get(TALK, params={"offset": 1}).json()["comments"]] == ["Ebb."]
    path = f"/api/v1/comments/{first['number']}"
    assert client.put(path, json={"text": "Tides."}, headers=ada).json()["text"] == "Tides."
    gone = client.delete(path, headers=ada).json()
    assert (gone["state"], gone["by"], gone["text"]) == ("removed", None, "")
    assert client.get(path).json() == gone


def test_a_program_votes_for_anothers_comment(client: TestClient, token: Token) -> None:
    ada, bee = token(), token(address="bee@quill.example")
    numbers = [client.post(TALK, json={"text": text}, headers=ada).json()["number"] for text in ("Ebb.", "Flow.")]
    path = f"/api/v1/comments/{numbers[1]}"
    for _ in range(2):
        assert client.put(f"{path}/vote", headers=bee).json() == {"votes": 1, "mine": True}
    told = client.get(TALK).json()["comments"]
    assert [(one["number"], one["votes"]) for one in told] == [(numbers[1], 1), (numbers[0], 0)]
    assert client.get(path).json()["votes"] == 1
    assert client.put(f"{path}/vote", headers=ada).status_code == 403
    assert client.delete(f"{path}/vote", headers=bee).json() == {"votes": 0, "mine": False}
    for number in ("0", "-1", "9" * 30):
        assert client.put(f"/api/v1/comments/{number}/vote", headers=bee).status_code == 404
    assert client.put(f"{path}/vote").status_code == 401
    assert client.put(f"{path}/vote", headers=token("read", "cee@quill.example")).status_code == 403


def test_who_may_not_is_told(app: App, client: TestClient, token: Token) -> None:
    number = client.post(TALK, json={"text": "Mine."}, headers=token()).json()["number"]
    path, bee = f"/api/v1/comments/{number}", token(address="bee@quill.example")
    looks = token("read", "cee@quill.example")
    for headers, status in (({}, 401), (looks, 403), (bee, 403)):
        assert client.put(path, json={"text": "Yours."}, headers=headers).status_code == status
        assert client.delete(path, headers=headers).status_code == status
    for headers, status in (({}, 401), (looks, 403)):
        assert client.post(TALK, json={"text": "Hi."}, headers=headers).status_code == status
    assert client.get(path, headers=looks).json()["by"]["name"] == "Reader 1"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": ""}, 422),
        ({"text": "a" * 10_001}, 422),
        ({"text": "a" * LARGEST}, 413),
        ({"text": "a", "answers": 0}, 422),
        ({"text": "a", "answers": 2**60}, 422),
        ({"text": "a", "answers": 7}, 404),
    ],
)
def test_bad_bodies_are_told(client: TestClient, token: Token, body: dict[str, object], status: int) -> None:
    answer = client.post(TALK, json=body, headers=token())
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_late_and_missing_are_told(app: App, client: TestClient, token: Token) -> None:
    ada = token()
    number = client.post(TALK, json={"text": "Mine."}, headers=ada).json()["number"]
    app.clock.sleep(EDITABLE.total_seconds() + 1)
    late = client.put(f"/api/v1/comments/{number}", json={"text": "Yours."}, headers=ada)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")
    for number in ("0", "-1", "99", "9" * 30):
        assert client.get(f"/api/v1/comments/{number}").status_code == 404
    assert client.post(TALK.replace("00001", "99999"), json={"text": "x"}, headers=ada).status_code == 404


def test_a_program_submits_a_paper_that_is_here(client: TestClient, token: Token) -> None:
    ada = token()
    answer = client.post("/api/v1/submissions", json={"paper": "https://arxiv.org/pdf/2601.00001"}, headers=ada)
    assert answer.status_code == 200
    assert (answer.json()["paper"]["id"], answer.json()["new"]) == ("arxiv:2601.00001", False)
    bad = client.post("/api/v1/submissions", json={"paper": "tides"}, headers=ada)
    assert (bad.status_code, bad.json()["error"]["field"]) == (422, "paper")
    assert client.post("/api/v1/submissions", json={"paper": "2601.00001"}).status_code == 401
