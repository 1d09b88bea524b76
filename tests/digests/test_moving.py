from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from broadsheet.clock import FixedClock
from broadsheet.database.schema import address_move, delivery, subscription
from broadsheet.digests.moving import ONE_MOVE_IN
from broadsheet.errors import Invalid, TooMany
from broadsheet.mail import addresses
from broadsheet.mail.suppression import Suppressions
from broadsheet.search.question import Question
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import SECRET, TODAY, Newsroom, body, token

pytestmark = ON_SQLITE

OLD, NEW = "old@example.org", "new@example.net"
AGREE, CONFIRM = "/subscription/address", "/subscription/confirm"
DAY = timedelta(days=1).total_seconds()


def asked(room: Newsroom, link: str, address: str = NEW) -> dict[str, str]:
    """Ask for another address; return the link in each mailbox's letter, by mailbox."""
    room.subscriptions.moving.ask(link, address)
    room.subscriptions.send_waiting()
    found = {}
    for mail in room.tray.mails:
        path = AGREE if AGREE in body(mail) else CONFIRM if CONFIRM in body(mail) else "/subscription"
        found[mail["To"]] = token(mail, path)
    room.tray.mails.clear()
    return found


def rows(room: Newsroom, table: Any) -> int:
    with room.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@ON_BOTH
@pytest.mark.parametrize("first", ["old", "new"])
def test_mails_move_once_both_mailboxes_have_said_so(room: Newsroom, clock: FixedClock, first: str) -> None:
    reader = room.reader(OLD, days="daily", size=3)
    room.subscriptions.searches.save(reader.token, Question(text="salt"))
    room.press.publish(TODAY, lead=1, new=[2])
    assert room.tick() == 1
    room.tray.mails.clear()
    links = asked(room, reader.token)
    assert links.keys() == {OLD, NEW}
    if first == "old":
        assert room.subscriptions.moving.agree(links[OLD]) is False
        assert room.subscriptions.by_token(reader.token).address == OLD
        moved = room.subscriptions.confirm(links[NEW])
    else:
        assert room.subscriptions.confirm(links[NEW]).state == "pending"
        assert room.subscriptions.by_token(reader.token).address == OLD
        assert room.subscriptions.moving.agree(links[OLD]) is True
        with room.database.read() as connection:
            row = connection.execute(select(subscription)).one()
        moved = room.subscriptions.of_row(row)
    assert (moved.id, moved.address, moved.state) == (reader.id, NEW, "confirmed")
    assert [one.title for one in room.subscriptions.searches.of(moved.token)] == ["salt"]
    assert (rows(room, subscription), rows(room, address_move)) == (1, 0)
    for old in (reader.token, links[OLD], links[NEW]):  # the old mailbox may be somebody else's by now
        with pytest.raises(Invalid, match="no longer holds"):
            room.subscriptions.by_token(old)
    clock.sleep(DAY)
    room.press.publish(TODAY + timedelta(days=1), lead=1, new=[2, 3])
    assert room.tick() == 1
    assert (room.tray.mails[-1]["To"], rows(room, delivery)) == (NEW, 4)
    assert "part 3" in body(room.tray.mails[-1])
    assert "part 2" not in body(room.tray.mails[-1])


@ON_BOTH
def test_one_word_alone_moves_nothing_and_neither_letter_names_the_other_address(room: Newsroom) -> None:
    reader = room.reader(OLD)
    room.subscriptions.moving.ask(reader.token, NEW)
    room.subscriptions.send_waiting()
    told = " ".join(body(mail, kind) for mail in room.tray.mails for kind in ("plain", "html"))
    assert OLD not in told
    assert NEW not in told
    assert "New address" not in told
    assert {mail["Subject"] for mail in room.tray.mails} == {
        "A new address for The Tide?",
        "Confirm your new address for The Tide",
    }
    room.subscriptions.confirm(token(next(mail for mail in room.tray.mails if mail["To"] == NEW), CONFIRM))
    assert room.subscriptions.by_token(reader.token).address == OLD


def test_what_cannot_be_asked_is_told(room: Newsroom, clock: FixedClock) -> None:
    reader = room.reader(OLD)
    moving = room.subscriptions.moving
    for address, said in ((OLD.upper(), "already"), ("nobody", "no mail address")):
        with pytest.raises(Invalid, match=said):
            moving.ask(reader.token, address)
    links = asked(room, reader.token)
    with pytest.raises(TooMany, match="once an hour") as told:
        moving.ask(reader.token, "third@example.com")
    assert told.value.retry_after == ONE_MOVE_IN.total_seconds()
    for wrong in (links[OLD], links[NEW], "nonsense"):
        with pytest.raises(Invalid, match="no longer holds"):
            moving.ask(wrong, "third@example.com")
    for wrong in (reader.token, links[NEW]):
        with pytest.raises(Invalid, match="no longer holds"):
            moving.agree(wrong)
    clock.sleep(ONE_MOVE_IN.total_seconds())
    assert asked(room, reader.token, "third@example.com").keys() == {OLD, "third@example.com"}
    room.subscriptions.confirm(links[NEW])  # the newest wish counts, so this one starts a subscription of its own
    room.subscriptions.moving.agree(links[OLD])
    assert room.subscriptions.by_token(reader.token).address == OLD


def test_an_address_that_subscribes_by_itself_keeps_to_itself(room: Newsroom, clock: FixedClock) -> None:
    reader = room.reader(OLD, size=5)
    asked(room, reader.token)
    clock.sleep(DAY)
    room.subscriptions.subscribe(NEW, size=20)
    room.subscriptions.send_waiting()
    own = room.subscriptions.confirm(token(room.tray.mails[-1], CONFIRM))
    assert (own.state, own.address, own.size) == ("confirmed", NEW, 20)
    assert room.subscriptions.by_token(reader.token).address == OLD


def test_an_address_that_is_subscribed_or_suppressed_is_answered_alike(room: Newsroom, clock: FixedClock) -> None:
    reader, other = room.reader(OLD), room.reader(NEW)
    Suppressions(room.database, clock).add(addresses.read("gone@example.com", SECRET).key, "bounced")
    clock.sleep(DAY)
    links = asked(room, reader.token)
    assert links.keys() == {OLD, NEW}
    assert room.subscriptions.by_token(links[NEW]).id == other.id  # "you already get it"
    assert room.subscriptions.moving.agree(links[OLD]) is False
    clock.sleep(DAY)
    assert asked(room, reader.token, "gone@example.com").keys() == {OLD}
    assert room.subscriptions.by_token(reader.token).address == OLD
    assert room.subscriptions.by_token(other.token).address == NEW


def test_the_links_of_a_move_hold_for_seven_days(room: Newsroom, clock: FixedClock) -> None:
    links = asked(room, room.reader(OLD).token)
    clock.sleep(7 * DAY + 1)
    with pytest.raises(Invalid, match="7 days"):
        room.subscriptions.moving.agree(links[OLD])
    with pytest.raises(Invalid, match="7 days"):
        room.subscriptions.confirm(links[NEW])
