from typing import Any

import pytest
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.community.moderation import BY_READER
from tests.api.test_personal import _token
from tests.invented import record

PAPER = "arxiv:2601.00001"


@pytest.fixture
def client(app: App) -> TestClient:
    app.catalogue.add([record(1), record(2)])
    return TestClient(app.asgi(ticking=False), base_url="http://testserver/api/v1", raise_server_exceptions=False)


@pytest.fixture
def mine(app: App) -> dict[str, str]:
    return _token(app, "write")


@pytest.fixture
def theirs(app: App) -> dict[str, str]:
    return _token(app, "write", "bee@quill.example")


def said(client: TestClient, by: dict[str, str], text: str = "Buy salt.") -> int:
    return int(client.post(f"/papers/{PAPER}/comments", json={"text": text}, headers=by).json()["number"])


def test_a_report_is_taken_once_and_waits_for_an_editor(
    app: App, client: TestClient, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    body = {"comment": said(client, theirs), "reason": "spam", "note": " It\nsells\u0000 salt. "}
    for is_new in (True, False):
        answer = client.post("/reports", json=body, headers=mine)
        assert (answer.status_code, answer.json()) == (201, {"new": is_new})
    assert client.post("/reports", json={"paper": PAPER, "reason": "wrong"}, headers=mine).json() == {"new": True}
    assert app.community.moderation.waiting() == 2
    told = client.get("/me/export", headers=mine).json()["reports"]
    assert [(one["comment"], one["note"]) for one in told] == [(None, ""), (body["comment"], "It sells salt.")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": "spam"}, 422),
        ({"reason": "spam", "paper": PAPER, "comment": 1}, 422),
        ({"reason": "dislike", "paper": PAPER}, 422),
        ({"reason": "spam", "paper": PAPER, "note": "n" * 501}, 422),
        ({"reason": "spam", "paper": PAPER, "note": "n" * 20_000}, 413),
        ({"reason": "spam", "paper": PAPER, "more": 1}, 422),
        ({"reason": "spam", "paper": "arxiv:2601.99999"}, 404),
        ({"reason": "spam", "comment": 99}, 404),
        ({"reason": "spam", "comment": 2**60}, 422),
        ([], 422),
    ],
)
def test_bad_reports_are_told(client: TestClient, mine: dict[str, str], body: Any, status: int) -> None:
    answer = client.post("/reports", json=body, headers=mine)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_what_was_removed_is_not_reported_and_reports_are_limited(
    client: TestClient, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    number = said(client, theirs)
    client.delete(f"/comments/{number}", headers=theirs)
    body = {"comment": number, "reason": "spam"}
    assert client.post("/reports", json=body, headers=mine).status_code == 404
    for _ in range(BY_READER.most - 1):
        client.post("/reports", json={"paper": PAPER, "reason": "spam"}, headers=mine)
    late = client.post("/reports", json={"paper": PAPER, "reason": "spam"}, headers=mine)
    assert (late.status_code, late.headers["retry-after"]) == (429, "3600")


def test_whom_a_reader_mutes_says_nothing_more_to_that_reader(
    client: TestClient, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    other = client.get("/me", headers=theirs).json()["reader"]["number"]
    own = client.get("/me", headers=mine).json()["reader"]["number"]
    said(client, theirs)
    for _ in range(2):
        told = client.put(f"/me/mutes/{other}", headers=mine).json()["mutes"]
        assert [(one["number"], one["name"]) for one in told] == [(other, f"Reader {other}")]
    for headers, text in ((mine, ""), (theirs, "Buy salt.")):
        told = client.get(f"/papers/{PAPER}/comments", headers=headers).json()["comments"]
        assert [one["text"] for one in told] == [text] * bool(told)
    assert client.put(f"/me/mutes/{own}", headers=mine).status_code == 409
    assert client.put("/me/mutes/99", headers=mine).status_code == 404
    assert client.put("/me/mutes/0", headers=mine).status_code == 422
    for _ in range(2):
        assert client.delete(f"/me/mutes/{other}", headers=mine).json() == {"mutes": []}
    assert client.get("/me/mutes", headers=mine).json() == {"mutes": []}


def test_a_claim_waits_and_is_taken_back(client: TestClient, mine: dict[str, str]) -> None:
    path = f"/papers/{PAPER}/claim"
    assert client.put(path, json={"note": "my page"}, headers=mine).json() == {"mine": "waiting"}
    assert client.get(path, headers=mine).json() == {"mine": "waiting"}
    assert client.get(path).status_code == 401
    assert client.get(f"/papers/{PAPER}/authors").json() == {"authors": []}
    assert client.delete(path, headers=mine).json() == client.get(path, headers=mine).json() == {"mine": None}
    assert client.delete(path, headers=mine).status_code == 404
    assert client.put(path, json={"note": "n" * 501}, headers=mine).status_code == 422


def test_who_may_only_look_changes_nothing(app: App, client: TestClient) -> None:
    looks = _token(app, "read")
    asks: list[tuple[str, str, Any]] = [
        ("POST", "/reports", {"paper": PAPER, "reason": "spam"}),
        ("PUT", f"/papers/{PAPER}/claim", {}),
        ("DELETE", f"/papers/{PAPER}/claim", None),
        ("PUT", "/me/mutes/1", None),
        ("DELETE", "/me/mutes/1", None),
    ]
    for method, path, body in asks:
        assert client.request(method, path, json=body).status_code == 401, path
        assert client.request(method, path, json=body, headers=looks).status_code == 403, path
    assert app.community.moderation.waiting() == 0
