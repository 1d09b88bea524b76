"""How the mails of one run leave: at which pace, and what a domain that puts mails off does to the others."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import delivery
from broadsheet.digests.pace import PUT_OFF_IN_A_ROW, RESTS, Pace
from broadsheet.errors import Unavailable
from broadsheet.mail.standstill import Standstill, standstill_of
from broadsheet.mail.transport import Refused
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import TODAY, Newsroom, newsroom

pytestmark = ON_SQLITE


def readers(room: Newsroom, domain: str, many: int) -> None:
    for n in range(many):
        room.reader(f"reader{n}@{domain}", days="daily")


def test_a_domain_that_puts_mails_off_rests_and_holds_up_nobody(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    readers(room, "slow.example", 8)
    readers(room, "quick.example", 4)
    tried: list[str] = []

    def slow(recipient: str) -> None:
        if recipient.endswith("slow.example"):
            tried.append(recipient)
            raise Refused("450 4.7.1 Too fast.", permanent=False)

    room.tray.trouble = slow
    assert room.digests.queue_due() == 12
    report = room.digests.send_due()
    assert report.accepted == 4
    assert PUT_OFF_IN_A_ROW <= len(tried) == report.soft_bounced <= PUT_OFF_IN_A_ROW + 2  # two were on their way
    assert room.digests.send_due().sentence == ""
    room.tray.trouble = lambda _recipient: None
    clock.sleep((RESTS[0] + timedelta(minutes=1)).total_seconds())
    assert room.digests.send_due().accepted == 8
    assert sorted(set(room.tray.recipients)) == sorted(room.tray.recipients)


def test_a_full_mailbox_gives_its_domain_no_rest(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    readers(room, "big.example", 8)

    def full(recipient: str) -> None:
        if recipient < "reader5":
            raise Refused("452 4.2.2 Mailbox full.", permanent=False, personal=True)

    room.tray.trouble = full
    room.digests.queue_due()
    report = room.digests.send_due()
    assert (report.accepted, report.soft_bounced) == (3, 5)


@ON_BOTH
def test_mails_to_one_domain_keep_its_pace_and_others_do_not_wait(database: Database, clock: FixedClock) -> None:
    room = newsroom(database, clock, pace=Pace(clock, {"big.example": 6}))
    room.press.publish(TODAY, lead=1)
    readers(room, "big.example", 5)
    readers(room, "small.example", 3)
    room.digests.queue_due()
    assert room.digests.send_due().accepted == 1 + 3
    sent = 0
    for _ in range(4):
        clock.sleep(10)
        sent += room.digests.send_due().accepted
    assert sent == 4
    assert set(room.states()) == {"accepted"}


@ON_BOTH
def test_digests_of_one_hour_are_due_one_after_another(database: Database, clock: FixedClock) -> None:
    room = newsroom(database, clock, pace=Pace(clock, rate=60))
    room.press.publish(TODAY, lead=1)
    readers(room, "example.org", 5)
    assert room.digests.queue_due() == 5
    with room.database.read() as connection:
        due = select(delivery.c.due_at).where(delivery.c.kind == "digest").order_by(delivery.c.id)
        moments = connection.execute(due).scalars().all()
    assert [moment - clock.now() for moment in moments] == [timedelta(seconds=n) for n in range(5)]
    assert room.digests.send_due().accepted == 1
    clock.sleep(4)
    assert room.digests.send_due().accepted == 4


@ON_BOTH
def test_a_fault_of_ours_in_the_midst_loses_nobody(room: Newsroom) -> None:
    """Whatever breaks while a mail may be on its way, it goes out once more, and those not begun as if untried."""
    room.press.publish(TODAY, lead=1)
    readers(room, "example.org", 6)
    room.digests.queue_due()
    broken = iter([None, None, RuntimeError("a fault")])

    def fault(_recipient: str) -> None:
        if error := next(broken, None):
            raise error

    room.tray.trouble = fault
    with pytest.raises(RuntimeError, match="a fault"):
        room.digests.send_due()
    assert sorted(room.states()) == ["accepted"] * 2 + ["again"] + ["queued"] * 3
    room.tray.trouble = lambda _recipient: None
    room.clock.sleep(301)
    assert room.digests.send_due().accepted == 4


@ON_BOTH
def test_a_way_that_closes_in_the_midst_leaves_the_rest_as_it_was(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    readers(room, "example.org", 6)
    room.digests.queue_due()
    closed = iter([None, None, Unavailable("The disk is full.")])

    def close(_recipient: str) -> None:
        if error := next(closed, None):
            raise error

    room.tray.trouble = close
    with pytest.raises(Unavailable, match="disk is full"):
        room.digests.send_due()
    assert sorted(room.states()) == ["accepted"] * 2 + ["queued"] * 4
    assert still(room) == Standstill(room.clock.now(), "The disk is full.")
    assert room.digests.send_due().accepted == 4
    assert still(room) is None


def test_of_a_standstill_that_lasts_the_first_moment_and_the_last_reason_are_told(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    readers(room, "example.org", 1)
    room.digests.queue_due()
    since = room.clock.now()
    for reason in ("The server is gone.", "The account is closed."):
        with pytest.raises(Unavailable):
            send_into(room, Unavailable(reason))
        room.clock.sleep(60)
    assert still(room) == Standstill(since, "The account is closed.")


def still(room: Newsroom) -> Standstill | None:
    with room.database.read() as connection:
        return standstill_of(connection)


def send_into(room: Newsroom, error: Exception) -> None:
    def fail(_recipient: str) -> None:
        raise error

    room.tray.trouble = fail
    room.digests.send_due()
