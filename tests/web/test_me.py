import json
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


def test_a_readers_mails_stand_on_the_page_and_others_are_taken_in_by_their_link(signed: Instance) -> None:
    assert "None. " in mails_of(signed)
    own, other = subscribed(signed, ADA), subscribed(signed, "ada@work.example")
    page = mails_of(signed)
    assert "a…@readers.example" in page or "…@" in page
    assert "work.example" not in page
    assert 'action="/subscription/claim"' in signed.get(f"/subscription?token={other}").text
    signed.post("/subscription/claim", token=other)
    page = mails_of(signed)
    assert "a…@work.example" in page
    assert "Unsubscribe from all" in page
    signed.post("/subscription/release", token=other)
    assert "work.example" not in mails_of(signed)
    signed.post("/subscription/claim", token=other)
    told = json.loads(signed.get("/me/export").text)["mails"]
    assert {one["address"] for one in told} == {ADA, "ada@work.example"}
    assert signed.post("/me/mails/end").headers["location"] == "/me?said=ended#mails"
    assert signed.site.subscriptions.counts()["ended"] == 2
    assert own != other


def test_nobody_takes_a_subscription_in_without_signing_in(instance: Instance) -> None:
    token = subscribed(instance, ADA)
    for path in ("/subscription/claim", "/subscription/release", "/me/mails/end"):
        assert "Sign in" in instance.post(path, 401, token=token).text
    assert instance.site.subscriptions.counts()["confirmed"] == 1


def subscribed(instance: Instance, address: str) -> str:
    """Subscribe and confirm an address as its owner would; return the token of its mails."""
    instance.site.subscriptions.subscribe(address)
    instance.site.subscriptions.send_waiting()
    asked = next(mail for mail in reversed(instance.mails()) if mail["To"] == address).get_body(("plain",))
    assert asked
    found = re.search(r"/subscription/confirm\?token=(\S+)", asked.get_content())
    assert found
    return instance.site.subscriptions.confirm(found[1]).token


def mails_of(instance: Instance) -> str:
    return instance.get("/me").text.partition('id="mails"')[2].partition("</section>")[0]
