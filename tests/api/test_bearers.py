import pytest
from starlette.testclient import TestClient

from broadsheet.app import App


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(app.asgi(ticking=False), raise_server_exceptions=False)


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_tells_whose_it_is(app: App, client: TestClient) -> None:
    ada = app.accounts.readers.add("ada@quill.example", "editor", "Ada")
    made = app.accounts.tokens.make(ada.id, "list", "read")
    told = client.get("/api/v1/me", headers=_bearer(made.secret)).json()
    assert told["scope"] == "read"
    assert (told["reader"]["name"], told["reader"]["role"]) == ("Ada", "editor")
    exported = client.get("/api/v1/me/export", headers=_bearer(made.secret)).json()
    assert exported["tokens"][0]["name"] == "list"
    app.accounts.tokens.revoke(ada.id, made.token.id)
    assert client.get("/api/v1/me", headers=_bearer(made.secret)).status_code == 401


@pytest.mark.parametrize(
    "headers", [{}, _bearer("bst_nobody"), _bearer(""), {"Authorization": "Basic YTpi"}, {"Authorization": "bst_x"}]
)
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/me/export"])
def test_without_a_token_nothing_is_told(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    error = answer.json()["error"]
    assert error["code"] == "sign_in_needed"
    assert "Authorization: Bearer" in error["message"]


def test_a_cookie_is_no_token(app: App, client: TestClient) -> None:
    ada = app.accounts.readers.add("ada@quill.example")
    client.cookies.set("broadsheet_session", app.accounts.sessions.begin(ada.id))
    assert client.get("/api/v1/me").status_code == 401


def test_the_description_tells_of_tokens(client: TestClient) -> None:
    told = client.get("/api/v1/openapi.json").json()
    assert told["paths"]["/me"]["get"]["security"]
    assert told["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
