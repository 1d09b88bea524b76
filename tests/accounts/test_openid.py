"""Signing in by a provider that is a process of its own; what it does wrong must sign nobody in."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from broadsheet.accounts.bans import Bans
from broadsheet.accounts.openid import OpenId
from broadsheet.accounts.provider import Client, Provider
from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock, SystemClock
from broadsheet.database.engine import Database
from broadsheet.errors import BroadsheetError, Forbidden, Invalid, Unavailable
from broadsheet.outgoing import Outgoing
from tests.accounts.openid_server import CLIENT, SECRET
from tests.doors.instance import PATIENCE, free_port

BACK = "https://tide.example.org/sign-in/openid/back"
KEY = bytes(32)


@cache
def _http() -> httpx.Client:
    """One client for all: each would read every certificate that the machine trusts."""
    return httpx.Client()


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.accounts.openid_server", str(port)], cwd=Path(__file__).parents[2]
    )
    for _ in range(1_200):
        assert process.poll() is None, "the provider ended at once"
        try:
            _http().get(f"{url}/.well-known/openid-configuration")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            break
    else:
        raise AssertionError("the provider did not answer within a minute")
    yield url
    process.terminate()
    process.wait(PATIENCE)


class Browser:
    """The instance's part and a browser's, which follows the provider's redirects by hand."""

    def __init__(self, database: Database, issuer: str, **differently: Any) -> None:
        now = SystemClock().now()
        self.issuer = issuer
        self.clock = FixedClock(now)
        self.outgoing = differently.get("outgoing") or Outgoing(
            user_agent="Broadsheet/0", clock=self.clock, allow_private=True, patience=1.0
        )
        client = Client(differently.get("named", issuer), CLIENT, differently.get("secret", SECRET), BACK)
        self.openid = OpenId(
            database,
            self.clock,
            KEY,
            Provider(self.outgoing, self.clock, client),
            issuer=issuer,
            name="the Tide’s club",
            open_to_all=differently.get("open_to_all", True),
        )
        self.readers = Readers(database, self.clock, KEY)

    def control(self, **faults: Any) -> list[str]:
        asked: list[str] = _http().post(f"{self.issuer}/control", json=faults).json()["asked"]
        return asked

    def go(self, back: str = "/") -> tuple[dict[str, str], str]:
        """Go to the provider and return what it answers, and what the browser carries."""
        url, carried = self.openid.begin(back)
        answer = _http().get(url)
        assert answer.status_code == 303, answer.text
        location = answer.headers["location"]
        assert location.startswith(BACK + "?")
        return dict(parse_qsl(urlsplit(location).query)), carried


Made = Callable[..., Browser]


@pytest.fixture
def made(sqlite: Database, issuer: str) -> Made:
    def make(**differently: Any) -> Browser:
        browser = Browser(sqlite, issuer, **differently)
        browser.control()
        return browser

    return make


@pytest.fixture
def browser(made: Made) -> Browser:
    return made()


def test_the_first_time_makes_the_account_and_later_ones_find_it(browser: Browser) -> None:
    reader, back = browser.openid.accept(*browser.go("/search?q=tides"))
    assert (reader.address, reader.role, back) == ("Ada.Quill@example.org", "reader", "/search?q=tides")
    browser.control(claims={"email": "moved@example.org"})
    assert browser.openid.accept(*browser.go())[0].id == reader.id
    assert browser.readers.export(reader.id)["openid"] == [{"issuer": browser.issuer, "subject": "subject-1"}]


def test_an_account_by_mail_is_found_by_the_verified_address(browser: Browser) -> None:
    ada = browser.readers.add("ada.quill@EXAMPLE.org", "editor")
    assert browser.openid.accept(*browser.go())[0].id == ada.id


def test_who_is_barred_signs_in_by_no_way(browser: Browser, sqlite: Database) -> None:
    ada = browser.openid.accept(*browser.go())[0]
    root = browser.readers.add("root@example.org", "admin")
    bans = Bans(sqlite, browser.clock)
    bans.ban(root, ada.id, "Spam.")
    with pytest.raises(Forbidden, match="barred"):
        browser.openid.accept(*browser.go())
    browser.readers.delete(ada.id)
    with pytest.raises(Forbidden, match="barred"):  # the account is new, the address is not
        browser.openid.accept(*browser.go())
    bans.lift(root, ada.id)
    browser.openid.accept(*browser.go())


def test_the_way_there_carries_state_nonce_and_challenge(browser: Browser) -> None:
    url, carried = browser.openid.begin("/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"], asked["redirect_uri"]) == ("code", "S256", BACK)
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert asked != {name: values[0] for name, values in parse_qs(urlsplit(browser.openid.begin("/")[0]).query).items()}
    assert carried not in url


@pytest.mark.parametrize(
    "faults",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": 1}},
        {"claims": {"exp": None}},
        {"claims": {"iat": 4_000_000_000}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 7}},
        {"claims": {"sub": "x" * 300}},
        {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
        {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
        {"claims": {"email_verified": False}},
        {"claims": {"email": None}, "userinfo": {"sub": "subject-2"}},
        {"claims": {"email": None}, "userinfo": {"email": None}},
        {"claims": {"email": "nobody"}},
        {"strange_key": True},
        {"unsigned": True},
        {"tokens": {"id_token": None}},
        {"tokens": {"id_token": "a.b.c"}},
        {"tokens": {"id_token": ["x"]}},
        {"answer": {"error": "access_denied"}},
        {"answer": {"state": "another"}},
        {"answer": {"iss": "https://evil.example"}},
        {"answer": {"code": "code-999"}},
        {"answer": {"code": ""}},
    ],
    ids=str,
)
def test_an_answer_that_does_not_hold_signs_nobody_in(browser: Browser, faults: dict[str, Any]) -> None:
    browser.control(**faults)
    with pytest.raises(BroadsheetError) as told:
        browser.openid.accept(*browser.go())
    assert isinstance(told.value, Forbidden | Invalid)
    assert browser.readers.all() == []


def test_an_address_told_beside_the_token_counts_as_well(browser: Browser) -> None:
    browser.control(claims={"email": None, "email_verified": None})
    assert browser.openid.accept(*browser.go())[0].address == "Ada.Quill@example.org"


def test_an_answer_counts_once_and_in_its_own_browser_alone(browser: Browser) -> None:
    answer, carried = browser.go()
    others = browser.go()[1]
    for wrong in (others, "", "x", carried[:-1], "." + carried, "a" * 9_999, "\ud800"):
        with pytest.raises(Invalid, match="fits no sign-in"):
            browser.openid.accept(answer, wrong)
    browser.openid.accept(answer, carried)
    with pytest.raises(Forbidden, match="did not take the code"):
        browser.openid.accept(answer, carried)


def test_what_a_browser_carries_holds_ten_minutes(browser: Browser) -> None:
    answer, carried = browser.go()
    browser.clock.sleep(600)
    with pytest.raises(Invalid, match="within ten minutes"):
        browser.openid.accept(answer, carried)


def test_keys_that_changed_are_fetched_again(browser: Browser) -> None:
    browser.openid.accept(*browser.go())
    before = len(browser.control(rotate=True))
    browser.openid.accept(*browser.go())
    assert len(browser.control()) == before + 1


def test_where_nobody_may_join_only_known_addresses_sign_in(made: Made) -> None:
    browser = made(open_to_all=False)
    with pytest.raises(Forbidden, match="no account here"):
        browser.openid.accept(*browser.go())
    ada = browser.readers.add("ada.quill@example.org")
    assert browser.openid.accept(*browser.go())[0].id == ada.id


def test_a_wrong_secret_signs_nobody_in(made: Made) -> None:
    browser = made(secret="wrong")
    with pytest.raises(Forbidden, match=r"did not take the code \(401\)"):
        browser.openid.accept(*browser.go())


def test_an_issuer_that_calls_itself_otherwise_is_told(made: Made, issuer: str) -> None:
    with pytest.raises(Unavailable, match="calls itself"):
        made(named=issuer + "/").openid.begin("/")


@pytest.mark.parametrize(
    "metadata", [{"authorization_endpoint": None}, {"authorization_endpoint": "javascript:alert(1)"}, {"jwks_uri": ""}]
)
def test_a_provider_that_says_nonsense_is_told(browser: Browser, metadata: dict[str, Any]) -> None:
    browser.control(metadata=metadata)
    with pytest.raises((Unavailable, Invalid)):
        browser.openid.begin("/")


def test_the_guard_holds_for_the_provider_too(made: Made, clock: FixedClock) -> None:
    guarded = made(outgoing=Outgoing(user_agent="Broadsheet/0", clock=clock, patience=1.0))
    with pytest.raises(Forbidden):
        guarded.openid.begin("/")
