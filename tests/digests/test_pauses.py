from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Invalid
from broadsheet.mail import tally
from broadsheet.mail.limits import Limits
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import TODAY, Newsroom

pytestmark = ON_SQLITE

BOB, ADA = "bob@example.org", "ada@example.org"


def test_a_paused_reader_gets_nothing_before_that_day(room: Newsroom, clock: FixedClock) -> None:
    reader = room.reader(BOB, days="daily")
    rested = room.subscriptions.rest(reader.token, "2026-01-17")
    assert rested.paused_until == date(2026, 1, 17)
    got = []
    for n in range(4):
        day = TODAY + timedelta(days=n)
        clock.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        room.press.publish(day, lead=n + 1)
        got.append(room.tick())
    assert got == [0, 0, 1, 1]


@ON_BOTH
def test_a_pause_ends_when_its_reader_says_so(room: Newsroom) -> None:
    reader = room.reader(BOB, days="daily")
    room.press.publish(TODAY, lead=1)
    room.subscriptions.rest(reader.token, TODAY + timedelta(days=9))
    assert room.tick() == 0
    assert room.subscriptions.rest(reader.token, "").paused_until is None
    assert room.tick() == 1


@pytest.mark.parametrize("until", ["2026-01-15", "2025-12-31", "2027-02-01", "tomorrow", 7])
def test_a_pause_that_cannot_be_is_told(desk: Newsroom, until: object) -> None:
    reader = desk.reader(BOB)
    with pytest.raises(Invalid) as error:
        desk.subscriptions.rest(reader.token, until)
    assert error.value.field == "paused_until"


def test_digests_wait_while_they_are_paused_and_letters_do_not(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB)
    room.digests.queue_due()
    with room.database.write() as connection:
        tally.count(connection, tally.Event.ACCEPTED, "one.example", clock.now(), 1000)
        tally.count(connection, tally.Event.COMPLAINED, "one.example", clock.now(), 9)
    limits = Limits(room.database, clock)
    assert limits.watch() is not None
    room.reader("ada@example.org")
    letters = len(room.tray.mails)
    assert room.tick() == 0
    assert room.digests.queue_due() == 0
    room.subscriptions.subscribe("eve@example.org")
    assert room.digests.send_due().accepted == 1
    assert len(room.tray.mails) == letters + 1
    limits.lift("Ada")
    assert room.tick() == 2


def test_a_vacation_has_a_first_day_and_a_last(room: Newsroom, clock: FixedClock) -> None:
    reader = room.reader(BOB, days="daily")
    rested = room.subscriptions.rest(reader.token, "2026-01-18", "2026-01-16")
    assert (rested.paused_from, rested.paused_until) == (date(2026, 1, 16), date(2026, 1, 18))
    got = []
    for n in range(5):
        day = TODAY + timedelta(days=n)
        clock.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        room.press.publish(day, lead=n + 1)
        got.append(room.tick())
    assert got == [1, 0, 0, 1, 1]
    for since, until, field in (
        ("2026-03-02", "2026-03-01", "paused_from"),
        ("2026-03-02", "", "paused_until"),
        ("soon", "2026-03-01", "paused_from"),
    ):
        with pytest.raises(Invalid) as told:
            room.subscriptions.rest(reader.token, until, since)
        assert told.value.field == field


@ON_BOTH
def test_a_pause_stops_a_run_in_the_midst(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    for n in range(8):
        room.reader(f"reader{n}@one.example", days="daily")
    room.digests.queue_due()
    limits = Limits(room.database, clock)

    def complain(recipient: str) -> None:
        if recipient == "reader2@one.example":
            with room.database.write() as connection:
                tally.count(connection, tally.Event.ACCEPTED, "one.example", clock.now(), 1000)
                tally.count(connection, tally.Event.COMPLAINED, "one.example", clock.now(), 9)
            assert limits.watch() is not None

    room.tray.before = complain
    sent = room.digests.send_due().accepted
    assert 3 <= sent < 8
    assert sorted(room.states()) == ["accepted"] * sent + ["queued"] * (8 - sent)
    limits.lift("Ada")
    assert room.digests.send_due().accepted == 8 - sent
