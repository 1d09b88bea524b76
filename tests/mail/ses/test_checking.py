from collections.abc import Iterator
from typing import Any

import pytest

from broadsheet.clock import FixedClock
from broadsheet.mail.judging import State
from broadsheet.mail.ses import checking
from tests.mail.ses.servers import Amazon, amazon

SITE, DOMAIN = "https://tide.example.org", "tide.example.org"


@pytest.fixture(scope="module")
def served() -> Iterator[Amazon]:
    with amazon() as server:
        yield server


@pytest.fixture
def server(served: Amazon) -> Amazon:
    served.account = {
        "SendingEnabled": True,
        "ProductionAccessEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1_200.0},
    }
    served.identities = {
        DOMAIN: {
            "VerifiedForSendingStatus": True,
            "MailFromAttributes": {"MailFromDomain": f"mail.{DOMAIN}", "MailFromDomainStatus": "SUCCESS"},
        }
    }
    return served


@pytest.mark.parametrize(
    ("changed", "state", "said"),
    [
        ({}, State.RIGHT, "takes us: 50,000 mails a day, 14 a second, 1,200 sent in the last."),
        ({"SendQuota": None}, State.RIGHT, "it does not say how much"),
        (
            {"SendQuota": {"Max24HourSend": -1, "MaxSendRate": 80}},
            State.RIGHT,
            "any number of mails a day, 80 a second",
        ),
        ({"SendingEnabled": False}, State.WRONG, "paused"),
        ({"EnforcementStatus": "SHUTDOWN"}, State.WRONG, "paused"),
        ({"EnforcementStatus": "PROBATION"}, State.UNSURE, "under review"),
        ({"ProductionAccessEnabled": False}, State.WRONG, "sandbox"),
    ],
)
def test_what_the_account_says_of_itself(
    server: Amazon, clock: FixedClock, changed: dict[str, Any], state: State, said: str
) -> None:
    server.account |= changed
    found = checking.account(server.client(clock))
    assert (found.point, found.state) == ("server", state)
    assert said in found.said


def test_a_wrong_key_and_a_silent_server_are_wrong(server: Amazon, clock: FixedClock) -> None:
    found = checking.account(server.client(clock, secret="wrong"))
    assert (found.state, "BROADSHEET_SES_SECRET_KEY" in found.todo) == (State.WRONG, True)
    away = checking.account(Amazon(url="http://127.0.0.1:9").client(clock))
    assert (away.state, "could not be reached" in away.said) == (State.WRONG, True)


@pytest.mark.parametrize(
    ("identity", "states", "said"),
    [
        ({}, [State.RIGHT, State.RIGHT], "Envelopes are of mail.tide.example.org"),
        ({"MailFromAttributes": {}}, [State.RIGHT, State.UNSURE], "Envelopes are of amazonses.com"),
        (
            {"MailFromAttributes": {"MailFromDomain": "m.tide.example.org", "MailFromDomainStatus": "PENDING"}},
            [State.RIGHT, State.WRONG],
            "does not find the records of the MAIL FROM domain m.tide.example.org (pending)",
        ),
        ({"VerifiedForSendingStatus": False}, [State.WRONG], "is not verified"),
    ],
)
def test_what_ses_knows_of_the_senders_domain(
    server: Amazon, clock: FixedClock, identity: dict[str, Any], states: list[State], said: str
) -> None:
    server.identities[DOMAIN] |= identity
    found = checking.identity(server.client(clock), DOMAIN)
    assert [one.state for one in found] == states
    assert said in found[-1].said


def test_a_domain_that_ses_does_not_know_is_not_verified(server: Amazon, clock: FixedClock) -> None:
    (found,) = checking.identity(server.client(clock), "other.example.org")
    assert (found.state, "Verify the domain" in found.todo) == (State.WRONG, True)


def test_what_comes_back_needs_a_topic(server: Amazon, clock: FixedClock) -> None:
    assert checking.returned(server.client(clock), SITE).state is State.RIGHT
    without = checking.returned(server.client(clock, topic=""), SITE)
    assert (without.state, f"{SITE}/mail/notices" in without.todo) == (State.UNSURE, True)
