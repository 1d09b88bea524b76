import re
import time
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
from starlette.responses import Response

from broadsheet.errors import NotFound
from broadsheet.web.known import SESSION, Known
from tests.web.conftest import ORIGIN, Build, Instance

ADA = "ada@quill.example"


def letter(instance: Instance, address: str = ADA, **fields: str) -> str:
    """Ask for a letter and return the path its link leads to; it is written just after the answer has left."""
    before = {str(mail["Message-ID"]) for mail in instance.mails()}
    answer = instance.post("/sign-in", address=address, **fields)
    assert answer.headers["location"] == "/sign-in/asked"
    for _ in range(6_000):
        fresh = [mail for mail in instance.mails() if str(mail["Message-ID"]) not in before]
        if fresh:
            break
        time.sleep(0.01)
    body = fresh[0].get_body(("plain",))
    assert body
    found = re.search(r"https?://[^\s/]+(/sign-in/link\?token=\S+)", body.get_content())
    assert found
    return found[1]


def enter(instance: Instance, link: str) -> str:
    """Press the button behind a link, and return where it leads."""
    token = link.partition("token=")[2]
    return instance.post("/sign-in/link", token=token).headers["location"]


def signed_in(instance: Instance, address: str = ADA) -> None:
    """Let the browser hold a session of this reader, as after the way by mail, which is walked here and not elsewhere.

    Whoever was signed in on it before is no more.
    """
    accounts, cookies = instance.site.accounts, instance.client.cookies
    try:
        reader = accounts.readers.named(address)
    except NotFound:
        reader = accounts.readers.add(address)
    token = accounts.sessions.begin(reader.id, cookies.get(SESSION, ""))
    cookies.set(SESSION, token, domain=urlsplit(ORIGIN).hostname, path="/")


def test_from_the_form_to_the_readers_page(instance: Instance) -> None:
    assert instance.get("/me", 303).headers["location"] == "/sign-in?back=%2Fme"
    assert 'name="back" value="/me"' in instance.get("/sign-in?back=%2Fme").text
    link = letter(instance, back="/me")
    page = instance.get(link).text
    assert "Sign in as a…@quill.example" in page
    assert instance.get("/me", 303)  # looking has changed nothing
    assert enter(instance, link) == "/me"
    assert "Reader 1" in instance.get("/me").text
    assert instance.get("/sign-in", 303).headers["location"] == "/me"
    assert ">Reader 1</a>" in instance.get("/about").text


def test_a_link_is_spent_by_the_first_press(instance: Instance) -> None:
    link = letter(instance)
    enter(instance, link)
    assert "was used already" in instance.post("/sign-in/link", 400, token=link.partition("token=")[2]).text
    instance.get(link, 400)


def test_the_cookie_is_hidden_from_scripts_and_other_sites(instance: Instance) -> None:
    answer = instance.post("/sign-in/link", token=letter(instance).partition("token=")[2])
    cookie = SimpleCookie(answer.headers["set-cookie"])["broadsheet_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "lax", "/", "2592000")
    assert not cookie["secure"]


def test_on_https_the_cookie_is_secure_and_this_hosts_own(instance: Instance) -> None:
    answer = Response()
    Known(instance.site.accounts, secure=True).keep(answer, "token")
    line = answer.headers["set-cookie"]
    assert line.startswith("__Host-broadsheet_session=token;")
    assert "Secure" in line
    assert "Domain" not in line


def test_a_session_that_was_planted_is_not_taken_over(instance: Instance) -> None:
    signed_in(instance, "eve@quill.example")
    planted = instance.client.cookies["broadsheet_session"]
    signed_in(instance)
    fresh = instance.client.cookies["broadsheet_session"]
    assert fresh != planted
    assert instance.site.accounts.sessions.reader(planted) is None
    assert instance.site.accounts.sessions.reader(fresh)


def test_a_form_shown_before_signing_in_holds_no_more_after_it(instance: Instance) -> None:
    token = re.search(r'name="form_token" value="(\w+)"', instance.get("/about").text)
    assert token
    signed_in(instance)
    answer = instance.client.post(
        "/sign-out", data={"form_token": token[1]}, headers={"Origin": ORIGIN}, follow_redirects=False
    )
    assert answer.status_code == 403
    instance.get("/me")


def test_signing_out_here_and_everywhere(instance: Instance) -> None:
    signed_in(instance)
    first = instance.client.cookies["broadsheet_session"]
    instance.post("/sign-out")
    instance.get("/me", 303)
    instance.client.cookies.set("broadsheet_session", first, domain="papers.example")
    instance.get("/me", 303)
    instance.client.cookies.clear()
    signed_in(instance)
    here = instance.client.cookies["broadsheet_session"]
    instance.client.cookies.clear()
    signed_in(instance)
    instance.post("/sign-out/everywhere")
    assert instance.site.accounts.sessions.reader(here) is None


def test_known_unknown_and_barred_addresses_get_the_same_answer(build: Build) -> None:
    instance = build(sign_up=False)
    instance.site.accounts.readers.add(ADA)
    answers = [instance.post("/sign-in", address=address) for address in (ADA, "eve@quill.example")]
    assert len({(one.status_code, one.text, tuple(one.headers.items())) for one in answers}) == 1
    assert "if that address has an account" in instance.get("/sign-in/asked").text


def test_too_many_wishes_say_when_again(instance: Instance) -> None:
    for _ in range(5):
        instance.post("/sign-in", address=ADA)
    answer = instance.post("/sign-in", 429, address=ADA)
    assert answer.headers["retry-after"] == "3600"
    assert "5 letters an hour" in answer.text


@pytest.mark.parametrize("address", ["", "nobody", "a\r\nBcc: b@c.example@d.example"])
def test_a_bad_address_is_told_beside_its_field(instance: Instance, address: str) -> None:
    page = instance.post("/sign-in", 400, address=address).text
    assert 'id="address-error"' in page
    assert instance.mails() == []


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_led_elsewhere(instance: Instance, back: str) -> None:
    assert enter(instance, letter(instance, back=back)) == "/"


def test_a_form_that_needs_a_reader_says_so(instance: Instance) -> None:
    page = instance.post("/me/name", 401, name="Ada").text
    assert "Sign in first" in page
    assert "/sign-in?back=" in page


def test_an_instance_of_one_reader_has_nothing_to_sign_in_to(build: Build) -> None:
    instance = build(single_user=True)
    instance.site.accounts.readers.alone()
    page = instance.get("/about").text
    assert "Sign in</a>" not in page
    instance.get("/sign-in", 404)
    instance.get("/me", 303)  # the test's host is no loopback name: a page elsewhere may lead its name here
