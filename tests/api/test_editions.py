from collections.abc import Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.clock import FixedClock
from tests.invented import record

DESK = "/api/v1/desk/2026-01-16"


@pytest.fixture
def client(app: App) -> TestClient:
    app.catalogue.add([record(n) for n in range(1, 6)])
    app.index.catch_up()
    app.trending.refresh()
    assert app.editions.publish_due(ready=True)
    return TestClient(app.asgi(ticking=False), raise_server_exceptions=False)


def token(app: App, scope: str = "write", role: str = "editor") -> dict[str, str]:
    reader = app.accounts.readers.add(f"{role}@quill.example", role)  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {app.accounts.tokens.make(reader.id, 'desk', scope).secret}"}


def key(n: int) -> str:
    return f"arxiv:2601.{n:05d}"


def test_anybody_reads_editions_with_their_reasons(client: TestClient) -> None:
    (head,) = client.get("/api/v1/editions").json()["editions"]
    assert (head["name"], head["number"]) == ("2026-01-15", 1)
    page = client.get(f"/api/v1/editions/{head['name']}").json()
    places = [place for places in page["sections"].values() for place in places]
    assert places
    assert all(place["reason"] for place in places)
    week = client.get("/api/v1/editions/2026-W03").json()
    assert (week["period"], week["published_at"]) == ("week", None)
    assert client.get("/api/v1/editions", params={"period": "month"}).json() == {"editions": []}


@pytest.mark.parametrize(("name", "status"), [("2026-01-14", 404), ("moss", 404), ("9999-12-31", 404)])
def test_a_page_that_is_not_there_is_told(client: TestClient, name: str, status: int) -> None:
    answer = client.get(f"/api/v1/editions/{name}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "not_found")


def test_an_editors_program_prepares_a_page_and_loses_nobodys_work(
    app: App, client: TestClient, clock: FixedClock
) -> None:
    mine = token(app)
    empty = client.get(DESK, headers=mine).json()
    assert (empty["revision"], empty["picks"], empty["due_at"]) == (0, [], "2026-01-16T07:00:00+00:00")
    sent: Mapping[str, Any] = {
        "revision": 0,
        "picks": [{"paper": key(3), "blurb": "Three."}, {"paper": "https://arxiv.org/abs/2601.00001", "kicker": "One"}],
        "goes_out": "06:30",
        "approved": True,
    }
    saved = client.put(DESK, json=sent, headers=mine).json()
    assert (saved["revision"], saved["saved_by"], saved["goes_out_at"]) == (1, "reader 1", "2026-01-16T06:30:00+00:00")
    assert [one["paper"] for one in saved["picks"]] == [key(3), key(1)]
    stale = client.put(DESK, json={"revision": 0, "picks": [{"paper": key(5)}]}, headers=mine)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "conflict")
    assert client.get(DESK, headers=mine).json() == saved
    assert client.post(f"{DESK}/publish", json={"revision": 1}, headers=mine).status_code == 409, "it is for tomorrow"
    clock.sleep(86_400)
    assert client.post(f"{DESK}/publish", json={"revision": 0}, headers=mine).status_code == 409
    page = client.post(f"{DESK}/publish", json={"revision": 1}, headers=mine).json()
    (lead,) = page["sections"]["lead"]
    assert (lead["paper"]["id"], lead["blurb"], lead["chosen"]) == (key(3), "Three.", True)
    note = {"note": "Four, not three.", "paper": key(3)}
    assert client.post(f"{DESK}/corrections", json=note, headers=mine).json()["note"] == "Four, not three."
    told = client.get("/api/v1/editions/2026-01-16").json()["corrections"]
    assert [(one["note"], one["paper"]) for one in told] == [("Four, not three.", key(3))]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"revision": 0, "goes_out": "noon"}, "goes_out"),
        ({"revision": -1}, "revision"),
        ({"picks": []}, "revision"),
        ({"revision": 0, "picks": [{"paper": key(1), "blurb": "b" * 281}]}, "blurb-1"),
        ({"revision": 0, "picks": [{"paper": "moss"}]}, "id"),
    ],
)
def test_a_draft_that_cannot_be_meant_names_its_field(app: App, client: TestClient, body: Any, field: str) -> None:
    answer = client.put(DESK, json=body, headers=token(app))
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["field"] == field


def test_only_editors_tokens_that_may_write_do(app: App, client: TestClient) -> None:
    assert client.get(DESK).status_code == 401
    for header in (token(app, role="reader"), token(app, "read", "admin")):
        assert client.put(DESK, json={"revision": 0}, headers=header).status_code == 403
        assert client.post(f"{DESK}/publish", json={"revision": 0}, headers=header).status_code == 403
        assert client.post(f"{DESK}/corrections", json={"note": "x"}, headers=header).status_code == 403
