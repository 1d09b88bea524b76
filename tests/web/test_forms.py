import pytest
from starlette.routing import Route

from broadsheet.web import routes
from tests.web.conftest import ORIGIN, Instance

FORGED = "This form was sent from another site"
STALE = "This form is out of date"
OWN_AUTHORITY = {"/subscription/end"}


def _form_paths(instance: Instance) -> list[str]:
    table = routes.routes(instance.site)
    return [route.path for route in table if isinstance(route, Route) and "POST" in (route.methods or set())]


def test_every_form_but_one_is_refused_without_its_token(instance: Instance) -> None:
    instance.get("/about")
    paths = _form_paths(instance)
    assert set(paths) > OWN_AUTHORITY
    for path in paths:
        answer = instance.client.post(path, data={"theme": "dark"}, headers={"Origin": ORIGIN})
        assert (answer.status_code, STALE in answer.text) == ((400, False) if path in OWN_AUTHORITY else (403, True))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN + ".evil.example"},
    ],
)
def test_a_form_from_another_site_is_refused(instance: Instance, headers: dict[str, str]) -> None:
    answer = instance.client.post("/theme", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == 403
    assert FORGED in answer.text


def test_a_token_holds_only_for_its_own_browser(instance: Instance) -> None:
    import re

    token = re.search(r'name="form_token" value="(\w+)"', instance.get("/about").text)
    assert token
    instance.client.cookies.clear()
    instance.get("/about")
    answer = instance.client.post("/theme", data={"theme": "dark", "form_token": token[1]}, headers={"Origin": ORIGIN})
    assert answer.status_code == 403


def test_the_cookie_is_for_this_site_alone(instance: Instance) -> None:
    cookie = instance.get("/about").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "set-cookie" not in instance.get("/about").headers


def test_a_form_has_a_size(instance: Instance) -> None:
    assert instance.post("/theme", 413, theme="x" * 20_000).text.count("16 kB") == 1
    assert "50 fields" in instance.post("/theme", 400, **{f"f{n}": "x" for n in range(60)}).text


def test_other_kinds_of_body_are_refused(instance: Instance) -> None:
    answer = instance.client.post("/theme", files={"theme": b"dark"})
    assert answer.status_code == 415
    answer = instance.client.post("/theme", json={"theme": "dark"})
    assert answer.status_code == 415


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"%ff=%00&&&===", b"", b"theme"])
def test_no_body_breaks_a_form(instance: Instance, body: bytes) -> None:
    answer = instance.client.post(
        "/theme", content=body, headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN}
    )
    assert answer.status_code in (400, 403)
