"""One mail that cannot be written, through data that nobody foresaw, and what it does to the others: nothing."""

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from broadsheet.clock import FixedClock
from broadsheet.database.schema import subscription
from broadsheet.digests.deliveries import MOST_ATTEMPTS
from broadsheet.digests.sending import MOST_BROKEN
from broadsheet.mail.tally import by_domain
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import TODAY, Newsroom

pytestmark = ON_SQLITE

READERS = [f"reader{n}@example.org" for n in range(6)]
ADA = READERS[2]

# Kept before a language was dropped, and an address as only a broken import could leave it.
UNKNOWN_LANGUAGE = {"locale": "qq-Latn-XX"}
NO_ADDRESS = {"address": "reader2\r\n@example.org"}


def put(room: Newsroom, reader: str, **values: str) -> None:
    """Write into a subscription what no door lets in."""
    with room.database.write() as connection:
        connection.execute(update(subscription).where(subscription.c.address == reader).values(**values))


def queued(room: Newsroom, readers: list[str] = READERS) -> None:
    room.press.publish(TODAY, lead=1, trending=[2])
    for address in readers:
        room.reader(address, days="daily")
    assert room.digests.queue_due() == len(readers)


def test_the_others_go_out_and_it_is_told_without_an_address(room: Newsroom) -> None:
    queued(room)
    put(room, ADA, **UNKNOWN_LANGUAGE)
    with capture_logs() as lines:
        report = room.digests.send_due()
    assert (report.accepted, report.set_aside) == (5, 1)
    assert report.sentence == "5 sent, 1 set aside, as they could not be written"
    assert sorted(room.tray.recipients) == sorted(set(READERS) - {ADA})
    (told,) = [line for line in lines if line["event"] == "mail_set_aside"]
    assert told["why"].startswith("it could not be written: ValueError in parse_locale (core.py:")
    assert "example.org" not in str(lines)
    with room.database.read() as connection:
        found = by_domain(connection, TODAY)["example.org"]
    assert (found.set_aside, found.accepted, found.sent) == (1, 5, 5)


def test_an_address_that_no_mail_can_bear_is_set_aside_too(desk: Newsroom) -> None:
    queued(desk)
    put(desk, ADA, **NO_ADDRESS)
    report = desk.digests.send_due()
    assert (report.accepted, report.set_aside) == (5, 1)


@ON_BOTH
def test_mended_in_time_it_arrives_once(room: Newsroom, clock: FixedClock) -> None:
    queued(room)
    put(room, ADA, **UNKNOWN_LANGUAGE)
    assert room.digests.send_due().set_aside == 1
    assert room.digests.send_due().sentence == ""  # not before its time
    clock.sleep(301)
    assert room.digests.send_due().set_aside == 1
    put(room, ADA, locale="de")
    clock.sleep(1801)
    assert room.digests.send_due().accepted == 1
    assert room.tick() == 0
    assert sorted(room.tray.recipients) == READERS


def test_it_is_given_up_in_the_end_and_its_papers_come_another_day(room: Newsroom, clock: FixedClock) -> None:
    queued(room)
    put(room, ADA, **UNKNOWN_LANGUAGE)
    tries = 0
    for _ in range(30):
        report = room.digests.send_due()
        tries += report.set_aside + report.lapsed
        clock.sleep(1800)
    assert tries == MOST_ATTEMPTS
    assert sorted(room.states()) == ["accepted"] * 5 + ["lapsed"]
    put(room, ADA, locale="en")
    clock.sleep(86_400 / 2)
    room.press.publish(clock.now().date(), lead=1)
    assert room.tick() == 1
    assert room.tray.recipients[-1] == ADA


@ON_BOTH
def test_whoever_leaves_meanwhile_is_tried_no_more(room: Newsroom, clock: FixedClock) -> None:
    queued(room, [ADA])
    put(room, ADA, **UNKNOWN_LANGUAGE)
    assert room.digests.send_due().set_aside == 1
    put(room, ADA, state="ended")
    clock.sleep(301)
    assert room.digests.send_due().suppressed == 1


def test_many_running_are_the_programs_own_trouble_and_stop_the_run(desk: Newsroom) -> None:
    readers = [f"reader{n:02}@example.org" for n in range(MOST_BROKEN + 5)]
    queued(desk, readers)
    for address in readers:
        put(desk, address, **UNKNOWN_LANGUAGE)
    with pytest.raises(Exception, match="qq"):
        desk.digests.send_due()
    states = desk.states()
    assert states.count("queued") > 0
    assert set(states) == {"queued", "set_aside"}


def test_a_letter_to_confirm_holds_up_no_other(desk: Newsroom) -> None:
    for address in READERS[:3]:
        desk.subscriptions.subscribe(address)
    put(desk, READERS[1], **NO_ADDRESS)
    assert (desk.subscriptions.send_waiting().accepted, desk.states("confirm").count("set_aside")) == (2, 1)
