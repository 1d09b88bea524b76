"""Saved searches over the API, asked in process through the whole application."""

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from broadsheet.api.bodies import LARGEST
from broadsheet.app import App

ADDRESS = "ada@readers.example"


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(app.asgi(ticking=False), raise_server_exceptions=False)


def letters(app: App) -> list[EmailMessage]:
    found = sorted(Path(app.settings.home, "outbox").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]  # type: ignore[arg-type]


def token_in(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(r"token=(\S+)", body.get_content())
    assert found
    return found[1]


@pytest.fixture
def owner(app: App) -> dict[str, str]:
    """The headers of a subscribed reader."""
    app.subscriptions.subscribe(ADDRESS)
    app.subscriptions.send_waiting()
    return {"Authorization": f"Bearer {app.subscriptions.confirm(token_in(letters(app)[0])).token}"}


def searches(client: TestClient, owner: dict[str, str]) -> list[tuple[str, bool]]:
    told = client.get("/api/v1/subscription", headers=owner).json()
    assert ADDRESS not in json.dumps(told)
    return [(one["title"], one["waits"]) for one in told["searches"]]


def test_a_new_address_is_asked_by_letter_and_a_known_one_hears_the_same(client: TestClient, app: App) -> None:
    asked = {"address": ADDRESS, "search": "/search?q=salt+maps&cat=cs.IR"}
    first, again = (client.post("/api/v1/subscribe/search", json=asked) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 202
    (letter,) = letters(app)
    told = client.get("/api/v1/subscription", headers={"Authorization": f"Bearer {token_in(letter)}"}).json()
    assert (told["state"], told["edition"]) == ("pending", False)
    assert [(one["title"], one["url"]) for one in told["searches"]] == [
        ("salt maps · cs.IR", "/search?q=salt+maps&cat=cs.IR")
    ]


def test_the_owner_saves_keeps_and_drops(client: TestClient, owner: dict[str, str]) -> None:
    path = "/api/v1/subscription/searches"
    assert client.post(path, json={"search": "salt maps"}, headers=owner).status_code == 201
    client.post("/api/v1/subscribe/search", json={"address": ADDRESS, "search": "moss"})
    assert searches(client, owner) == [("salt maps", False), ("moss", True)]
    told = client.get("/api/v1/subscription", headers=owner).json()["searches"]
    assert client.put(f"{path}/{told[1]['id']}", headers=owner).status_code == 200
    assert client.delete(f"{path}/{told[0]['id']}", headers=owner).status_code == 200
    assert searches(client, owner) == [("moss", False)]
    assert client.put(f"{path}/{told[0]['id']}", headers=owner).status_code == 404
    assert client.delete(f"{path}/{10**30}", headers=owner).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/subscription", None),
        ("POST", "/subscription/searches", {"search": "salt"}),
        ("PUT", "/subscription/searches/1", None),
        ("DELETE", "/subscription/searches/1", None),
    ],
)
def test_without_the_token_of_a_link_nothing_is_told_or_changed(
    client: TestClient, method: str, path: str, body: Any
) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
        answer = client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["error"]["field"] == "token"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"address": "nobody", "search": "salt"}, "address"),
        ({"address": ADDRESS, "search": ""}, "q"),
        ({"address": ADDRESS, "search": "2601.00003"}, "q"),
        ({"address": ADDRESS, "search": "/search?q=a&sort=loudest"}, "sort"),
        ({"address": ADDRESS}, "search"),
        ({"address": ADDRESS, "search": 7}, "search"),
        ([], "body"),
    ],
)
def test_bad_input_names_its_field(client: TestClient, app: App, body: Any, field: str) -> None:
    answer = client.post("/api/v1/subscribe/search", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert letters(app) == []


def test_a_full_subscription_is_a_conflict(client: TestClient, owner: dict[str, str]) -> None:
    for n in range(20):
        client.post("/api/v1/subscription/searches", json={"search": f"salt {n}"}, headers=owner)
    answer = client.post("/api/v1/subscription/searches", json={"search": "moss"}, headers=owner)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_bodies_of_another_kind_or_size_are_refused(client: TestClient) -> None:
    path = "/api/v1/subscribe/search"
    assert client.post(path, content="{}", headers={"content-type": "text/plain"}).status_code == 415
    large = b" " * (LARGEST + 1)
    answer = client.post(path, content=large, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "bad_body")
    assert client.post(path, content=b"\xff{", headers={"content-type": "application/json"}).status_code == 422


def test_a_wrong_method_is_told_all_that_would_do(client: TestClient) -> None:
    answer = client.post("/api/v1/subscription/searches/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, PUT")
    assert "asked with DELETE or PUT, not POST" in answer.json()["error"]["message"]
