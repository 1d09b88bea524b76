"""How mails fare, over the API: for an admin's token alone."""

from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.mail import tally
from broadsheet.mail.tally import Event

PATH = "/api/v1/operator/mail"


def _token(app: App, address: str, role: str) -> dict[str, str]:
    reader = app.accounts.readers.add(address, role)  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {app.accounts.tokens.make(reader.id, 'monitor', 'read').secret}"}


def test_an_admins_token_reads_how_mails_fare(app: App) -> None:
    with app.database.write() as connection:
        tally.count(connection, Event.ACCEPTED, "large.example", app.clock.now(), 1000)
        tally.count(connection, Event.COMPLAINED, "large.example", app.clock.now(), 4)
    app.limits.watch()
    client, head = TestClient(app.asgi(ticking=False)), _token(app, "ada@quill.example", "admin")
    told = client.get(PATH, headers=head).json()
    assert told["total"]["counts"]["accepted"] == 1000
    assert told["week"]["complaints"] == "passed"
    assert told["receivers"] == [{"domain": "large.example"} | told["total"]]
    assert "0.40%" in told["paused"]["reason"]
    assert list(told["days"]) == [app.clock.now().date().isoformat()]
    app.limits.lift("Ada")
    assert client.get(f"{PATH}?days=1", headers=head).json()["paused"] is None
    assert told["standstill"] is None
    assert client.get(f"{PATH}?days=0", headers=head).status_code == 422


def test_nobody_else_reads_it(app: App) -> None:
    client = TestClient(app.asgi(ticking=False))
    assert client.get(PATH).status_code == 401
    answer = client.get(PATH, headers=_token(app, "bob@quill.example", "editor"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
