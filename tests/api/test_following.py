"""A subscription's choices, interests and mutes over the API, asked in process through the whole application."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from broadsheet.app import App
from tests.api.test_searches import client, owner
from tests.invented import record

__all__ = ["client", "owner"]  # fixtures
BASE = "/api/v1/subscription"


def told(client: TestClient, owner: dict[str, str], method: str, path: str, expect: int, **more: Any) -> Any:
    answer = client.request(method, BASE + path, headers=owner, **more)
    assert answer.status_code == expect, answer.text
    return answer.json()


def test_choices_are_changed_some_at_a_time(client: TestClient, owner: dict[str, str]) -> None:
    chosen = {"size": 5, "sections": ["topics", "picks"], "days": "weekly", "weekday": 4, "locale": "fr"}
    found = told(client, owner, "PATCH", "", 200, json=chosen)
    assert {name: found[name] for name in chosen} == chosen
    assert found["hour"] == 7
    assert told(client, owner, "PATCH", "", 200, json={})["size"] == 5
    assert told(client, owner, "PATCH", "", 422, json={"sections": ["weather"]})["error"]["field"] == "sections"
    assert told(client, owner, "PATCH", "", 422, json={"size": "many"})["error"]["field"] == "size"


def test_topics_authors_and_categories_are_followed(client: TestClient, owner: dict[str, str], app: App) -> None:
    app.catalogue.add([record(n) for n in range(1, 5)])
    examples = [f"2601.{n:05d}" for n in (1, 2, 3)]
    for asked in (
        {"kind": "topic", "words": "quiet tides"},
        {"kind": "topic", "name": "Like these", "examples": examples},
        {"kind": "author", "name": "Ada Quill", "category": "cs.IR"},
        {"kind": "category", "name": "cs.CV"},
    ):
        found = told(client, owner, "POST", "/follow", 201, json=asked)
    sections = [(one["section"], one["title"]) for one in found["searches"]]
    assert sections == [
        ("topics", "quiet tides"),
        ("topics", "Like these"),
        ("authors", "Ada Quill in cs.IR"),
        ("categories", "cs.CV"),
    ]
    told(client, owner, "POST", "/follow", 422, json={"kind": "smell", "name": "x"})
    told(client, owner, "POST", "/follow", 422, json={"kind": "author", "name": "Quill"})
    told(client, owner, "POST", "/follow", 404, json={"kind": "category", "name": "cs.XX"})


def test_mutes_come_and_go_and_all_is_exported(client: TestClient, owner: dict[str, str]) -> None:
    words = [f"word{n}" for n in range(3_000)]
    assert told(client, owner, "POST", "/mutes", 201, json={"kind": "word", "values": words})["total"] == 3_000
    where = {"kind": "word", "value": "word7"}
    assert told(client, owner, "DELETE", "/mutes", 200, params=where)["total"] == 2_999
    assert len(told(client, owner, "GET", "/mutes", 200)["mutes"]) == 2_999
    assert len(told(client, owner, "GET", "/export", 200)["mutes"]) == 2_999
    more = {"kind": "word", "values": [f"other{n}" for n in range(9_000)]}
    assert "10,000" in told(client, owner, "POST", "/mutes", 409, json=more)["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", ""), ("GET", "/mutes"), ("GET", "/export"), ("POST", "/follow")]
)
def test_without_a_token_nothing_is_told(client: TestClient, method: str, path: str) -> None:
    body = {"json": {"kind": "topic", "words": "x"}} if method in ("POST", "PATCH") else {}
    told(client, {}, method, path, 422, **body)
