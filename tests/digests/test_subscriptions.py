from datetime import timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from broadsheet.clock import FixedClock
from broadsheet.database.schema import delivery, subscription
from broadsheet.digests.subscriptions import ONE_LETTER_IN
from broadsheet.errors import Invalid, NotFound, Unavailable
from broadsheet.mail import addresses
from broadsheet.mail.suppression import Suppressions
from tests.digests.newsroom import HEAD, SECRET, Newsroom, body, newsroom, token

BOB = "bob@example.org"
CONFIRM, MANAGE, END = "/subscription/confirm", "/subscription", "/subscription/end"


def test_the_operator_finds_a_confirmed_subscription_by_its_address(room: Newsroom) -> None:
    with pytest.raises(NotFound, match="no subscription"):
        room.subscriptions.by_address("ada@reader.example")
    room.subscriptions.subscribe("ada@reader.example")
    with pytest.raises(NotFound, match="has confirmed"):
        room.subscriptions.by_address("ada@reader.example")
    confirmed = room.reader("bob@reader.example")
    assert room.subscriptions.by_address(" Bob@Reader.example ").id == confirmed.id
    with pytest.raises(Invalid, match="no mail address"):
        room.subscriptions.by_address("bob")


def test_double_opt_in(room: Newsroom, clock: FixedClock) -> None:
    room.subscriptions.subscribe(BOB, hour=6, timezone="Europe/Vienna", days="daily", size=5)
    assert room.subscriptions.counts() == {"pending": 1, "confirmed": 0, "ended": 0}
    assert room.subscriptions.send_waiting().accepted == 1
    (letter,) = room.tray.mails
    assert letter["To"] == BOB
    assert letter["Subject"] == "Confirm your subscription to The Tide"
    assert "every day at 06:00, Europe/Vienna, up to 5 papers" in " ".join(body(letter).split())
    asked = token(letter, CONFIRM)
    assert room.subscriptions.by_token(asked).state == "pending"
    clock.sleep(60)
    confirmed = room.subscriptions.confirm(asked)
    assert (confirmed.state, confirmed.address, confirmed.choices.hour, confirmed.size) == ("confirmed", BOB, 6, 5)
    assert confirmed.confirmed_at == clock.now()
    clock.sleep(60)
    assert room.subscriptions.confirm(asked) == confirmed
    assert room.subscriptions.send_waiting().accepted == 0


def test_the_letter_is_queued_with_the_subscription_and_outlives_an_outage(room: Newsroom, clock: FixedClock) -> None:
    def down(_recipient: str) -> None:
        raise Unavailable("The server sleeps.")

    room.tray.trouble = down
    room.subscriptions.subscribe(BOB)
    with pytest.raises(Unavailable):
        room.subscriptions.send_waiting()
    assert room.states("confirm") == ["queued"]
    with room.database.read() as connection:
        assert connection.execute(select(delivery.c.attempts)).scalar_one() == 0
    room.tray.trouble = lambda _recipient: None
    assert room.subscriptions.send_waiting().accepted == 1


def test_a_letter_lost_in_a_crash_is_sent_again(room: Newsroom, clock: FixedClock) -> None:
    room.subscriptions.subscribe(BOB)
    with room.database.write() as connection:
        connection.execute(update(delivery).values(state="sending", due_at=clock.now()))
    assert room.subscriptions.send_waiting().accepted == 0  # it may be in another process's hands
    clock.sleep(timedelta(minutes=11).total_seconds())
    assert room.subscriptions.send_waiting().accepted == 1


def test_asking_again_mails_once_an_hour_and_the_newest_choices_count(room: Newsroom, clock: FixedClock) -> None:
    room.subscriptions.subscribe(BOB, size=5)
    clock.sleep((ONE_LETTER_IN - timedelta(seconds=1)).total_seconds())
    room.subscriptions.subscribe("BOB@Example.org", size=20)
    room.subscriptions.send_waiting()
    assert len(room.tray.mails) == 1
    assert room.subscriptions.confirm(token(room.tray.mails[0], CONFIRM)).size == 20


def test_an_hour_later_a_second_letter_comes(room: Newsroom, clock: FixedClock) -> None:
    room.subscriptions.subscribe(BOB)
    room.subscriptions.send_waiting()
    clock.sleep(ONE_LETTER_IN.total_seconds())
    room.subscriptions.subscribe(BOB)
    room.subscriptions.send_waiting()
    assert len(room.tray.mails) == 2
    assert room.tray.mails[0]["Message-ID"] != room.tray.mails[1]["Message-ID"]


def test_a_confirmed_reader_gets_the_manage_link_and_keeps_the_choices(room: Newsroom, clock: FixedClock) -> None:
    room.reader(BOB, size=5)
    for _ in range(3):
        clock.sleep(ONE_LETTER_IN.total_seconds() / 2)
        room.subscriptions.subscribe(BOB, size=30)
    room.subscriptions.send_waiting()
    (letter,) = room.tray.mails
    assert letter["Subject"] == "You already get The Tide"
    assert room.subscriptions.by_token(token(letter, MANAGE)).size == 5
    assert token(letter, END) in letter["List-Unsubscribe"]


def test_a_suppressed_address_is_answered_alike_and_never_written_to(room: Newsroom, clock: FixedClock) -> None:
    Suppressions(room.database, clock).add(addresses.read(BOB, SECRET).key, "complained")
    room.subscriptions.subscribe(BOB)
    assert room.subscriptions.send_waiting().accepted == 0
    assert room.subscriptions.counts()["pending"] == 0


def test_a_suppression_also_stops_what_is_queued(room: Newsroom, clock: FixedClock) -> None:
    room.subscriptions.subscribe(BOB)
    Suppressions(room.database, clock).add(addresses.read(BOB, SECRET).key, "operator")
    report = room.subscriptions.send_waiting()
    assert (report.accepted, report.suppressed) == (0, 1)
    assert room.states("confirm") == ["suppressed"]


def test_a_confirmation_link_holds_for_seven_days(desk: Newsroom, clock: FixedClock) -> None:
    desk.subscriptions.subscribe(BOB)
    desk.subscriptions.send_waiting()
    asked = token(desk.tray.mails[0], CONFIRM)
    clock.sleep(timedelta(days=7).total_seconds())
    assert desk.subscriptions.by_token(asked).state == "pending"
    clock.sleep(1)
    for verb in (desk.subscriptions.confirm, desk.subscriptions.by_token):
        with pytest.raises(Invalid, match="7 days") as error:
            verb(asked)
        assert error.value.field == "token"


def test_change_touches_what_is_named_and_refuses_nonsense(room: Newsroom) -> None:
    reader = room.reader(BOB, hour=7, days="weekdays", size=10)
    changed = room.subscriptions.change(reader.token, hour="21", timezone="Asia/Tokyo")
    chosen = changed.choices
    assert (chosen.hour, chosen.timezone, chosen.days, chosen.size) == (21, "Asia/Tokyo", "weekdays", 10)
    for field, value in [
        ("hour", 24),
        ("hour", "x"),
        ("size", 0),
        ("size", 31),
        ("days", "hourly"),
        ("timezone", "Mars"),
    ]:
        with pytest.raises(Invalid) as error:
            room.subscriptions.change(reader.token, **{field: value})
        assert error.value.field == field
    with pytest.raises(Invalid, match="no colour"):
        room.subscriptions.change(reader.token, colour="red")
    assert room.subscriptions.by_token(reader.token) == changed


def test_ending_is_idempotent_forgets_the_address_and_stops_everything(room: Newsroom, clock: FixedClock) -> None:
    reader = room.reader(BOB)
    clock.sleep(ONE_LETTER_IN.total_seconds())
    room.subscriptions.subscribe(BOB)
    ended = room.subscriptions.end(reader.token)
    assert (ended.state, ended.address, ended.ended_at) == ("ended", BOB, clock.now())
    assert room.states("manage") == ["suppressed"]
    clock.sleep(60)
    again = room.subscriptions.end(reader.token)
    assert (again.state, again.address, again.ended_at) == ("ended", "", ended.ended_at)
    assert room.subscriptions.send_waiting().accepted == 0
    assert room.subscriptions.counts() == {"pending": 0, "confirmed": 0, "ended": 1}
    with pytest.raises(Invalid, match="has ended"):
        room.subscriptions.change(reader.token, size=3)
    with room.database.read() as connection:
        assert connection.execute(select(subscription.c.address)).scalar_one() == ""


def test_who_ended_can_come_back_at_once_but_not_by_an_old_link(room: Newsroom) -> None:
    reader = room.reader(BOB)
    (old,) = room.links
    room.subscriptions.end(reader.token)
    with pytest.raises(Invalid):
        room.subscriptions.confirm(old)
    back = room.reader(BOB, size=3)
    assert (back.id, back.state, back.size, back.ended_at) == (reader.id, "confirmed", 3, None)
    # RFC 8058: the link in an older mail must go on working.
    assert room.subscriptions.end(reader.token).state == "ended"


def test_a_new_token_key_revokes_every_link(room: Newsroom) -> None:
    reader = room.reader(BOB)
    with room.database.write() as connection:
        connection.execute(update(subscription).values(token_key="another"))
    for verb in (room.subscriptions.by_token, room.subscriptions.end):
        with pytest.raises(Invalid, match="no longer holds"):
            verb(reader.token)


def test_links_do_only_what_they_are_for(desk: Newsroom) -> None:
    reader = desk.reader(BOB)
    (asked,) = desk.links
    for verb in (desk.subscriptions.change, desk.subscriptions.end):
        with pytest.raises(Invalid):
            verb(asked)
    with pytest.raises(Invalid):
        desk.subscriptions.confirm(reader.token)


def test_a_token_of_another_reader_or_instance_opens_nothing(desk: Newsroom, clock: FixedClock) -> None:
    reader = desk.reader(BOB)
    payload, _, _ = reader.token.rpartition(".")
    other = desk.reader("eve@example.org")
    with pytest.raises(Invalid):
        desk.subscriptions.by_token(f"{payload}.{other.token.rpartition('.')[2]}")


@pytest.mark.parametrize("address", ["", "bob", "bob@example.org\nBcc: eve@example.org"])
def test_what_is_no_address_is_refused(desk: Newsroom, address: str) -> None:
    with pytest.raises(Invalid) as error:
        desk.subscriptions.subscribe(address)
    assert error.value.field == "address"
    assert desk.subscriptions.counts()["pending"] == 0


def test_no_log_line_holds_an_address_or_a_token(desk: Newsroom) -> None:
    from broadsheet.mail.transport import Refused
    from broadsheet.mail.verdicts import Verdict

    def refuse(_recipient: str) -> None:
        raise Refused("it answered 550 5.1.1 [address] unknown.", permanent=True, verdict=Verdict.GONE)

    with capture_logs() as lines:
        reader = desk.reader(BOB)
        desk.tray.trouble = refuse
        desk.subscriptions.subscribe("ada@example.org")
        desk.subscriptions.send_waiting()
    assert lines
    told = repr(lines) + repr(reader)
    assert "bob" not in told
    assert "ada" not in told
    assert reader.token not in told


def test_a_mailbox_that_is_gone_is_suppressed(room: Newsroom, clock: FixedClock) -> None:
    from broadsheet.mail.transport import Refused
    from broadsheet.mail.verdicts import Verdict

    def refuse(_recipient: str) -> None:
        raise Refused("it answered 550 5.1.1 [address] unknown.", permanent=True, verdict=Verdict.GONE)

    room.tray.trouble = refuse
    room.subscriptions.subscribe(BOB)
    assert room.subscriptions.send_waiting().bounced == 1
    found = Suppressions(room.database, clock).find(addresses.read(BOB, SECRET).key)
    assert found is not None
    assert found.reason == "bounced"


def test_the_zone_of_the_instance_is_the_default(desk: Newsroom) -> None:
    assert desk.reader(BOB).choices.timezone == "UTC"
    assert newsroom(desk.database, desk.clock).subscriptions.counts()["confirmed"] == 1
    assert HEAD.site == "https://tide.example.org"
