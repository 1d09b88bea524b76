"""The way to a provider and back as a browser walks it; the protocol itself is tested beside `accounts`."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from broadsheet.app import build
from broadsheet.errors import Invalid
from broadsheet.settings import load
from tests.accounts.openid_server import CLIENT, SECRET
from tests.accounts.test_openid import issuer
from tests.conftest import furnish
from tests.web.conftest import ORIGIN, Instance

__all__ = ["issuer"]


def test_without_a_provider_there_is_nothing_to_go_to(instance: Instance) -> None:
    assert "Sign in by mail" in instance.get("/sign-in/openid", 404).text
    instance.get("/sign-in/openid/back?code=x&state=y", 404)
    assert "/sign-in/openid" not in instance.get("/sign-in").text


def test_there_and_back(tmp_path: Path, shelved_home: Path, issuer: str) -> None:
    import httpx

    httpx.post(f"{issuer}/control", json={})
    furnish(tmp_path / "home", shelved_home)
    given = {"oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "Tide ID"}
    app = build(load(home=tmp_path / "home", public_url=ORIGIN, allow_private_addresses=True, **given))
    client = TestClient(app.asgi(ticking=False), base_url=ORIGIN, follow_redirects=False)
    assert "Sign in by Tide ID" in client.get("/sign-in").text
    there = client.get("/sign-in/openid?back=/me")
    assert there.headers["set-cookie"].startswith("broadsheet_openid=")
    assert "Path=/sign-in/openid" in there.headers["set-cookie"]
    back = httpx.get(there.headers["location"]).headers["location"]
    assert TestClient(client.app, base_url=ORIGIN).get(back).status_code == 400  # another browser
    answer = client.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "Reader 1" in client.get("/me").text
    assert client.get(back).status_code == 400
    app.close()


def test_half_a_setting_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="/sign-in/openid/back") as told:
        build(load(home=tmp_path / "home", oidc_issuer="https://id.example"))
    assert told.value.field == "oidc_client_id"
