import pytest

from broadsheet.clock import FixedClock
from broadsheet.digests.returning import ReturnedDigests
from broadsheet.mail.addresses import read
from tests.digests.newsroom import HEAD, RETURNS, SECRET, TODAY, Newsroom

ADA = "ada@reader.example"


@pytest.fixture
def mail_id(room: Newsroom) -> str:
    """The id of a digest that went out."""
    room.press.publish(TODAY, lead=1)
    room.reader(ADA)
    assert room.tick() == 1
    told = RETURNS.read(room.tray.senders[-1])
    assert told is not None
    return told.mail_id


def test_a_digest_is_known_by_its_id(room: Newsroom, mail_id: str) -> None:
    with room.database.read() as connection:
        found = ReturnedDigests(HEAD).find(connection, mail_id)
        assert found is not None
        assert (found.address_key, found.domain) == (read(ADA, SECRET).key, "reader.example")
        assert ReturnedDigests(HEAD).find(connection, "0" * 32) is None


def test_a_bounce_settles_what_was_accepted_and_nothing_else(room: Newsroom, clock: FixedClock, mail_id: str) -> None:
    owner = ReturnedDigests(HEAD)
    with room.database.write() as connection:
        owner.bounced(connection, mail_id, "smtp; 550 5.1.1 unknown", clock.now())
    assert room.states() == ["bounced"]
    with room.database.write() as connection:
        owner.bounced(connection, mail_id, "again", clock.now())
        owner.bounced(connection, "0" * 32, "of nothing", clock.now())
    assert room.states() == ["bounced"]


def test_leaving_ends_a_subscription_once(room: Newsroom, clock: FixedClock, mail_id: str) -> None:
    owner = ReturnedDigests(HEAD)
    for _ in range(2):
        with room.database.write() as connection:
            owner.leave(connection, mail_id, clock.now())
            found = owner.find(connection, mail_id)
            assert found is not None
            assert found.domain == ""
    assert room.subscriptions.counts() == {"pending": 0, "confirmed": 0, "ended": 1}
