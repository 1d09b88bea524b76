"""Readers' way from the letter to the digest where mails leave through Amazon SES, on both databases."""

from collections.abc import Iterator

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.mail.addresses import read
from broadsheet.mail.ses.transport import SesTransport
from broadsheet.mail.suppression import Suppressions
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import SECRET, TODAY, Newsroom, newsroom, titles, token
from tests.mail.ses.servers import Amazon, Fault, amazon

pytestmark = ON_SQLITE

READERS = [f"reader{n}@example.org" for n in range(6)]


@pytest.fixture
def server() -> Iterator[Amazon]:
    with amazon() as served:
        yield served


@pytest.fixture
def room(server: Amazon, database: Database, clock: FixedClock) -> Newsroom:
    """A newsroom whose readers subscribed, and confirmed by the letters that came through SES."""
    room = newsroom(database, clock, SesTransport(server.client(clock), clock))
    room.press.publish(TODAY, lead=1, trending=[2], new=[3])
    for address in READERS:
        room.subscriptions.subscribe(address, days="daily")
    assert room.subscriptions.send_waiting().accepted == len(READERS)
    for letter in server.mails:
        room.subscriptions.confirm(token(letter, "/subscription/confirm"))
    server.taken.clear()
    return room


def sent_to(server: Amazon) -> list[str]:
    return [told["Destination"]["ToAddresses"][0] for told in server.taken]


def test_subscribed_confirmed_and_mailed_once(room: Newsroom, server: Amazon) -> None:
    assert room.tick() == len(READERS)
    assert sorted(sent_to(server)) == READERS
    assert {tuple(titles(mail)) for mail in server.mails} == {(1, 2, 3)}
    tags = [told["EmailTags"][0]["Value"] for told in server.taken]
    assert tags == [mail["X-Broadsheet-Delivery"] for mail in server.mails]
    assert len(set(tags)) == len(READERS)
    senders = [told["FeedbackForwardingEmailAddress"] for told in server.taken]
    assert all(sender.startswith("bounce+b") for sender in senders)
    assert room.tick() == 0


@ON_BOTH
def test_each_answer_meets_its_own_reader_only(
    room: Newsroom, server: Amazon, database: Database, clock: FixedClock
) -> None:
    room.digests.queue_due()
    server.faults = [
        Fault(400, "BadRequestException", "Illegal address"),
        Fault(500, "InternalFailure", "try later"),
        Fault(429, "TooManyRequestsException", "Maximum sending rate exceeded.", {"retry-after": "2"}),
    ]
    report = room.digests.send_due()
    assert (report.accepted, report.bounced, report.soft_bounced) == (4, 1, 1)
    clock.sleep(301)
    assert room.digests.send_due().accepted == 1
    gone = server.told[len(READERS)]["Destination"]["ToAddresses"][0]
    assert sorted(sent_to(server)) == sorted(set(READERS) - {gone})
    assert len(sent_to(server)) == len(set(sent_to(server)))
    found = Suppressions(database, clock).find(read(gone, SECRET).key)
    assert found
    assert found.reason == "bounced"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(403, "UnrecognizedClientException", "The security token is invalid."),
        Fault(400, "SendingPausedException", "paused"),
        Fault(429, "TooManyRequestsException", "slower", {"retry-after": "120"}),
    ],
    ids=["key", "paused", "long pause"],
)
def test_the_accounts_trouble_stops_the_run_and_loses_nothing(
    room: Newsroom, server: Amazon, clock: FixedClock, fault: Fault
) -> None:
    room.digests.queue_due()
    server.faults = [fault]
    with pytest.raises(Unavailable):
        room.digests.send_due()
    assert room.states() == ["queued"] * len(READERS)
    clock.sleep(120)
    assert room.digests.send_due().accepted == len(READERS)
    assert sorted(sent_to(server)) == READERS


def test_a_service_that_is_down_is_left_alone_until_the_next_run(
    room: Newsroom, server: Amazon, clock: FixedClock
) -> None:
    room.digests.queue_due()
    server.faults = [Fault(503) for _ in range(3)]
    with pytest.raises(Unavailable, match="3 times in a row"):
        room.digests.send_due()
    assert sorted(room.states()) == ["queued"] * 3 + ["soft_bounced"] * 3
    clock.sleep(301)
    assert room.digests.send_due().accepted == len(READERS)
    assert sorted(sent_to(server)) == READERS


@ON_BOTH
def test_an_answer_that_nobody_saw_goes_out_once_more_under_the_same_id(
    room: Newsroom, server: Amazon, clock: FixedClock
) -> None:
    room.digests.queue_due()
    server.faults = [Fault(200, drops=True)]
    report = room.digests.send_due()
    assert (report.accepted, report.again) == (len(READERS) - 1, 1)
    clock.sleep(301)
    assert room.digests.send_due().accepted == 1
    first, last = server.told[len(READERS)], server.told[-1]
    assert first["EmailTags"] == last["EmailTags"]
    assert sorted(sent_to(server)) == READERS
