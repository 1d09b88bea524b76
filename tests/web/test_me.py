import re

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Build, Instance
from tests.web.test_signing import ADA, signed_in


@pytest.fixture
def signed(instance: Instance) -> Instance:
    signed_in(instance)
    return instance


def test_a_name_is_shown_to_others(signed: Instance) -> None:
    signed.post("/me/name", name="Ada & Co")
    page = signed.get("/me?said=saved").text
    assert "<h1>Ada &amp; Co</h1>" in page
    assert "Saved." in page
    page = signed.post("/me/name", 400, name="x" * 41).text
    assert 'id="name-error"' in page
    assert "x" * 41 in page


def test_a_token_is_shown_once(signed: Instance) -> None:
    page = signed.post("/me/tokens", 200, token_name="list", scope="write").text
    secret = re.search(r"bst_[\w-]{43}", page)
    assert secret
    assert signed.site.accounts.tokens.bearer(secret[0])
    page = signed.get("/me").text
    assert secret[0] not in page
    assert "may read and write" in page
    token_id = re.search(r'name="token_id" value="(\d+)"', page)
    assert token_id
    signed.post("/me/tokens/revoke", token_id=token_id[1])
    assert signed.site.accounts.tokens.bearer(secret[0]) is None


@pytest.mark.parametrize("token_id", ["", "x", "-1", "9" * 400, "²"])
def test_a_form_that_names_no_token_is_told(signed: Instance, token_id: str) -> None:
    signed.post("/me/tokens/revoke", 400, token_id=token_id)


def test_tokens_of_others_are_out_of_reach(signed: Instance) -> None:
    other = signed.site.accounts.readers.add("bee@quill.example")
    made = signed.site.accounts.tokens.make(other.id, "list", "read")
    signed.post("/me/tokens/revoke", 404, token_id=str(made.token.id))
    assert signed.site.accounts.tokens.bearer(made.secret)


def test_a_token_without_a_name_is_told_beside_its_field(signed: Instance) -> None:
    assert 'id="token_name-error"' in signed.post("/me/tokens", 400, token_name=" ", scope="read").text
    assert 'id="scope-error"' in signed.post("/me/tokens", 400, token_name="list", scope="all").text


def test_all_that_is_kept_is_a_file(signed: Instance) -> None:
    answer = signed.get("/me/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.json()["reader"]["address"] == ADA
    assert answer.headers["cache-control"] == "no-store"


def test_leaving_takes_a_page_a_button_and_deletes_all(signed: Instance) -> None:
    signed.get("/me/delete")
    assert signed.site.accounts.readers.all()
    signed.post("/me/delete", 400)
    assert signed.site.accounts.readers.all()
    assert signed.post("/me/delete", sure="delete").headers["location"] == "/me/deleted"
    assert "gone" in signed.get("/me/deleted").text
    assert signed.site.accounts.readers.all() == []
    signed.get("/me", 303)


def test_pages_of_a_reader_are_kept_by_no_cache(signed: Instance) -> None:
    answer = signed.get("/me")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "Cookie, Accept-Encoding"


@pytest.mark.parametrize("path", ["/me", "/me/export", "/me/delete"])
def test_nobody_is_shown_anothers_page(instance: Instance, path: str) -> None:
    assert instance.get(path, 303).headers["location"].startswith("/sign-in?back=")


def test_the_one_reader_of_a_laptop_has_a_page_without_signing_in(build: Build) -> None:
    instance = build(single_user=True)
    instance.site.accounts.readers.alone()
    local = TestClient(instance.client.app, base_url="http://localhost:8080", client=("127.0.0.1", 4711))
    page = local.get("/me").text
    assert "who may do everything" in page
    assert "Sign out" not in page
    away = TestClient(instance.client.app, base_url="http://localhost:8080", client=("192.168.1.2", 4711))
    assert away.get("/me").status_code == 404  # led to a page to sign in, which there is not
