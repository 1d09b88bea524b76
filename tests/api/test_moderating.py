from typing import Any

import pytest
from starlette.testclient import TestClient

from broadsheet.accounts.reader import Role
from broadsheet.app import App
from tests.api.test_personal import _token
from tests.api.test_reporting import PAPER, client, mine, said, theirs

__all__ = ["client", "mine", "theirs"]  # fixtures


def by(app: App, role: Role, scope: str = "write", address: str = "ed@quill.example") -> dict[str, str]:
    token = _token(app, scope, address)
    app.accounts.readers.set_role(address, role)
    return token


def number_of(client: TestClient, token: dict[str, str]) -> int:
    return int(client.get("/me", headers=token).json()["reader"]["number"])


def test_a_reported_comment_is_hidden_and_restored_and_each_deed_is_told(
    app: App, client: TestClient, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    number, editor = said(client, theirs), by(app, "editor")
    client.post("/reports", json={"comment": number, "reason": "spam", "note": "Salt."}, headers=mine)
    (case,) = client.get("/moderation", headers=editor).json()["cases"]
    assert (case["comment"]["text"], case["paper"]["id"]) == ("Buy salt.", PAPER)
    assert [(one["reason"], one["note"]) for one in case["reports"]] == [("spam", "Salt.")]
    deed = {"do": "hide", "comment": number, "why": "Spam."}
    told = client.post("/moderation", json=deed, headers=editor).json()
    assert (told["cases"], told["hidden"]["comments"]) == ([], [{"number": number, "text": "Buy salt."}])
    assert client.get(f"/comments/{number}").json()["state"] == "hidden"
    client.post("/moderation", json={"do": "restore", "comment": number}, headers=editor)
    assert client.get(f"/comments/{number}").json()["text"] == "Buy salt."
    assert client.post("/moderation", json={"do": "dismiss", "comment": number}, headers=editor).status_code == 409
    entries = client.get("/moderation/log", params={"limit": 2}, headers=editor).json()["entries"]
    assert [(one["action"], one["subject"], one["number"], one["reason"]) for one in entries] == [
        ("restore", "comment", number, ""),
        ("hide", "comment", number, "Spam."),
    ]
    assert {one["who"] for one in entries} == {f"Reader {number_of(client, editor)}"}


def test_a_hidden_paper_goes_by_its_number(app: App, client: TestClient) -> None:
    editor, number = by(app, "editor"), app.catalogue.get(PAPER).id
    told = client.post("/moderation", json={"do": "hide", "paper": number}, headers=editor).json()
    assert [one["number"] for one in told["hidden"]["papers"]] == [number]
    assert client.get(f"/papers/{PAPER}").status_code == 404
    client.post("/moderation", json={"do": "restore", "paper": number}, headers=editor)
    assert client.get(f"/papers/{PAPER}").status_code == 200


def test_a_claim_is_confirmed_by_another(app: App, client: TestClient, mine: dict[str, str]) -> None:
    editor, ada = by(app, "editor"), number_of(client, mine)
    client.put(f"/papers/{PAPER}/claim", json={"note": "my page"}, headers=mine)
    (claim,) = client.get("/moderation", headers=editor).json()["claims"]
    assert (claim["reader"]["number"], claim["paper"]["id"], claim["note"]) == (ada, PAPER, "my page")
    body = {"reader": ada, "paper": claim["paper"]["number"], "verified": True}
    assert client.post("/moderation/claims", json=body, headers=editor).json()["claims"] == []
    told = client.get(f"/papers/{PAPER}/authors").json()["authors"]
    assert told == [{"number": ada, "name": f"Reader {ada}", "how": "editor"}]
    assert client.get(f"/papers/{PAPER}/claim", headers=mine).json() == {"mine": "verified"}
    assert client.post("/moderation/claims", json=body, headers=editor).status_code == 409


def test_an_admin_bars_and_lets_in_again(app: App, client: TestClient, theirs: dict[str, str]) -> None:
    admin, number = by(app, "admin", address="root@quill.example"), said(client, theirs)
    path = f"/moderation/bans/{number_of(client, theirs)}"
    half = client.put(path, content=b'{"why": "\\ud800"}', headers=admin | {"Content-Type": "application/json"})
    assert half.status_code == 422, "half a surrogate pair is no text"
    told = client.put(path, json={"why": "Salt\u0000, again.", "hide_all": True}, headers=admin).json()
    assert [(one["number"], one["reason"]) for one in told["bans"]] == [
        (int(path.rpartition("/")[2]), "Salt , again."),
    ]
    assert client.get("/me", headers=theirs).status_code == 401
    assert client.get(f"/comments/{number}").json()["state"] == "hidden"
    assert client.delete(path, headers=admin).json() == {"bans": []}
    assert client.delete(path, headers=admin).status_code == 404
    assert client.put("/moderation/bans/99", json={}, headers=admin).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"do": "hide"},
        {"do": "hide", "comment": 1, "paper": 1},
        {"do": "burn", "comment": 1},
        {"do": "hide", "comment": 0},
        {"do": "hide", "comment": 2**60},
        {"do": "hide", "comment": 1, "why": "w" * 501},
    ],
)
def test_bad_deeds_are_told(app: App, client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/moderation", json=body, headers=by(app, "editor"))
    assert answer.status_code == 422
    assert answer.json()["error"]["field"]


def test_who_has_no_role_sees_and_does_nothing(app: App, client: TestClient, mine: dict[str, str]) -> None:
    editor, looks = by(app, "editor"), by(app, "editor", "read", "looks@quill.example")
    asks: list[tuple[str, str, Any, str]] = [
        ("GET", "/moderation", None, "editor"),
        ("GET", "/moderation/log", None, "editor"),
        ("POST", "/moderation", {"do": "hide", "paper": app.catalogue.get(PAPER).id}, "editor"),
        ("POST", "/moderation/claims", {"reader": 1, "paper": 1, "verified": True}, "editor"),
        ("GET", "/moderation/bans", None, "admin"),
        ("PUT", "/moderation/bans/1", {}, "admin"),
        ("DELETE", "/moderation/bans/1", None, "admin"),
    ]
    for method, path, body, role in asks:
        assert client.request(method, path, json=body).status_code == 401, path
        assert client.request(method, path, json=body, headers=mine).status_code == 403, path
        if role == "admin":
            assert client.request(method, path, json=body, headers=editor).status_code == 403, path
        elif method != "GET":
            assert client.request(method, path, json=body, headers=looks).status_code == 403, path
    app.accounts.readers.set_role("ed@quill.example", "reader")
    assert client.get("/moderation", headers=editor).status_code == 403
    assert client.get(f"/papers/{PAPER}").status_code == 200
