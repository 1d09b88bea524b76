"""What follows from mails that come back, for subscriptions and accounts, on both databases."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from broadsheet.accounts.returning import ReturnedLetters
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import delivery
from broadsheet.digests.returning import ReturnedDigests
from broadsheet.errors import Unavailable
from broadsheet.mail import tally
from broadsheet.mail.addresses import read
from broadsheet.mail.returned.inboxes import Waiting
from broadsheet.mail.returned.intake import KEPT, Intake
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.tally import Rates
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import HEAD, RETURNS, SECRET, TODAY, Newsroom, Tray, newsroom, token
from tests.mail.returned.reports import arf, away, dsn, plain

pytestmark = ON_SQLITE

ADA = "ada.quill@reader.example"


@dataclass
class Box:
    """An inbox in memory: what is done is gone, and it may break."""

    mails: list[bytes] = field(default_factory=list)
    broken: bool = False

    def waiting(self, most: int) -> Iterator[Waiting]:
        if self.broken:
            raise Unavailable("The box is shut.")
        for raw in self.mails[:most]:
            yield Lying(self, raw)

    def probe(self) -> None: ...

    def describe(self) -> str:
        return "a box"


@dataclass
class Lying:
    box: Box
    raw: bytes
    recipients: tuple[str, ...] = ()

    def done(self) -> None:
        self.box.mails.remove(self.raw)


class Desk:
    """A newsroom, and what comes back to it."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.room: Newsroom = newsroom(database, clock)
        self.database, self.clock, self.box = database, clock, Box()
        self.intake = Intake(database, clock, RETURNS, [ReturnedDigests(HEAD), ReturnedLetters(HEAD)], [self.box])
        self.suppressions = Suppressions(database, clock)
        self.room.press.publish(TODAY, lead=1, trending=[2], new=[3])

    def digest(self, address: str = ADA) -> str:
        """Have a reader get a digest; return its envelope sender."""
        self.room.reader(address)
        assert self.room.tick() == 1
        return self.room.tray.senders[-1]

    def take_in(self, *mails: bytes) -> str:
        self.box.mails += mails
        return self.intake.take_in().sentence

    def reason(self, address: str = ADA) -> str:
        found = self.suppressions.find(read(address, SECRET).key)
        return found.reason if found else ""

    def state(self) -> str:
        with self.database.read() as connection:
            return str(connection.execute(select(delivery.c.state).where(delivery.c.kind == "digest")).scalar_one())

    def rates(self, domain: str = "reader.example") -> Rates:
        with self.database.read() as connection:
            return tally.by_domain(connection, TODAY - timedelta(days=1)).get(domain, Rates())


@pytest.fixture
def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(database, clock)


@ON_BOTH
def test_a_hard_bounce_suppresses_and_its_papers_count_as_unread(desk: Desk) -> None:
    sender = desk.digest()
    assert desk.take_in(dsn(sender)) == "1 bounces, 1 addresses suppressed"
    assert (desk.reason(), desk.state(), desk.box.mails) == ("bounced", "bounced", [])
    assert (desk.rates().bounced, desk.rates().gone) == (1, 1)
    desk.clock.sleep(86_400)
    desk.room.press.publish(TODAY + timedelta(days=1), lead=1)
    assert desk.room.tick() == 0
    key = read(ADA, SECRET).key
    assert desk.suppressions.lift(key, by="Reader 1")
    assert desk.room.tick() == 1
    assert [(one.event, one.by) for one in desk.suppressions.decisions()] == [("lifted", "Reader 1"), ("added", "")]


def test_a_full_mailbox_is_suppressed_only_when_it_stays_full(desk: Desk) -> None:
    desk.room.reader(ADA, days="daily")
    for day in range(6):
        desk.room.press.publish(TODAY + timedelta(days=day), lead=day + 10)
        assert desk.room.tick() == 1, day
        assert desk.reason() == ""
        full = dsn(desk.room.tray.senders[-1], status="5.2.2", words="smtp; 552 5.2.2 over quota")
        desk.take_in(full)
        desk.clock.sleep(86_400)
    assert desk.reason() == "unreachable"
    assert desk.rates().gone == 0


def test_a_bounce_that_blames_us_counts_for_the_rates_alone(desk: Desk) -> None:
    spam = dsn(desk.digest(), status="5.7.1", words="smtp; 550 5.7.1 looks like spam")
    assert desk.take_in(spam) == "1 bounces"
    assert (desk.reason(), desk.rates().bounced, desk.rates().gone) == ("", 1, 0)


def test_a_complaint_suppresses_and_ends_the_subscription(desk: Desk) -> None:
    assert desk.take_in(arf(desk.digest())) == "1 complaints, 1 addresses suppressed"
    assert (desk.reason(), desk.rates().complained) == ("complained", 1)
    assert desk.room.subscriptions.counts()["ended"] == 1
    # Who asks again is told the same as everybody, and gets nothing, until the operator lifts it and they confirm.
    desk.room.tray.mails.clear()
    desk.room.subscriptions.subscribe(ADA)
    desk.room.subscriptions.send_waiting()
    assert desk.room.tray.mails == []
    desk.suppressions.lift(read(ADA, SECRET).key, by="Reader 1")
    desk.room.subscriptions.subscribe(ADA)
    desk.room.subscriptions.send_waiting()
    assert [mail["Subject"] for mail in desk.room.tray.mails] == ["Confirm your subscription to The Tide"]


def test_a_complaint_with_its_recipient_taken_out_is_known_by_the_mails_id(desk: Desk) -> None:
    desk.digest()
    delivered = desk.room.tray.mails[-1]["X-Broadsheet-Delivery"]
    desk.take_in(arf("", subject=f"To: [redacted]\nX-Broadsheet-Delivery: {delivered}\n"))
    assert desk.reason() == "complained"


def test_a_complaint_of_one_who_has_left_counts_for_all(desk: Desk) -> None:
    sender = desk.digest()
    desk.take_in(plain(_out(desk)))
    assert desk.room.subscriptions.counts()["ended"] == 1
    assert desk.take_in(arf(sender)) == "1 complaints, 1 addresses suppressed"
    assert desk.rates("").complained == 1
    assert desk.reason() == "complained"


def test_a_mail_to_unsubscribe_ends_the_subscription_and_forgets_the_address(desk: Desk) -> None:
    desk.digest()
    assert desk.take_in(plain(_out(desk))) == "1 mails to unsubscribe"
    assert (desk.reason(), desk.rates().unsubscribed) == ("", 1)
    assert desk.room.subscriptions.counts()["ended"] == 1
    desk.room.subscriptions.subscribe(ADA)
    assert desk.room.subscriptions.send_waiting().accepted == 1


def test_who_unsubscribes_while_being_sent_to_gets_that_mail_and_no_other(desk: Desk) -> None:
    desk.room.reader(ADA, days="daily")
    way_out: list[str] = []

    def leave(_recipient: str) -> None:  # the mail is on its way: its reader, told by another copy, writes at once
        with desk.database.read() as connection:
            message_id = connection.execute(
                select(delivery.c.message_id).where(delivery.c.kind == "digest")
            ).scalar_one()
        way_out.append(desk.take_in(plain(RETURNS.unsubscribe(message_id))))

    desk.room.tray.trouble = leave
    assert desk.room.tick() == 1
    assert way_out == ["1 mails to unsubscribe"]
    assert (desk.state(), desk.room.subscriptions.counts()["ended"]) == ("accepted", 1)
    desk.clock.sleep(86_400)
    desk.room.press.publish(TODAY + timedelta(days=1), lead=9)
    assert desk.room.tick() == 0


@ON_BOTH
def test_a_bounce_that_comes_before_the_servers_yes_stands(desk: Desk) -> None:
    desk.room.reader(ADA, days="daily")

    def report(_recipient: str) -> None:
        with desk.database.read() as connection:
            message_id = connection.execute(
                select(delivery.c.message_id).where(delivery.c.kind == "digest")
            ).scalar_one()
        desk.take_in(dsn(RETURNS.sender(message_id)))

    desk.room.tray.trouble = report
    desk.room.tick()
    assert (desk.state(), desk.reason()) == ("bounced", "bounced")


def test_out_of_office_and_replies_change_nothing(desk: Desk) -> None:
    sender = desk.digest()
    said = desk.take_in(
        away(sender, "Auto-Submitted: auto-replied"), plain(sender, "Re: Tides"), dsn(sender, action="delayed")
    )
    assert said == "3 others"
    assert (desk.reason(), desk.state()) == ("", "accepted")


def test_forged_and_unknown_ones_are_counted_and_change_nothing(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    sender = desk.digest()
    forged = sender[:20] + ("a" if sender[20] != "a" else "b") + sender[21:]
    unknown = RETURNS.sender(f"<{'0' * 32}@{HEAD.host}>")
    with caplog.at_level(logging.DEBUG):
        said = desk.take_in(dsn(forged), arf(forged), plain(forged), dsn(unknown), arf(unknown))
    assert said == "1 bounces, 1 complaints, 3 forged, 2 of no mail that is known"
    assert (desk.reason(), desk.state()) == ("", "accepted")
    assert desk.rates() == Rates(accepted=desk.rates().accepted)


@ON_BOTH
def test_what_is_read_twice_counts_once(desk: Desk) -> None:
    """As after a stop between the commit and the mark in the inbox."""
    sender = desk.digest()
    full = dsn(sender, status="4.2.2", words="smtp; 452 4.2.2 full")
    desk.take_in(full)
    desk.clock.sleep(timedelta(days=2).total_seconds())
    for raw in (full, full.replace(b"full", b"too full"), full):
        desk.take_in(raw)
    assert desk.rates().bounced == 1
    desk.clock.sleep(KEPT.total_seconds() + 1)
    desk.intake.forget_old()


def test_a_bounce_of_a_letter_counts_too(desk: Desk) -> None:
    desk.room.subscriptions.subscribe(ADA)
    desk.room.subscriptions.send_waiting()
    desk.take_in(dsn(desk.room.tray.senders[-1]))
    assert desk.reason() == "bounced"
    tray = Tray()
    signing = SignIns(desk.database, desk.clock, SECRET, tray, HEAD, open_to_all=True)
    signing.ask("bob@reader.example", "192.0.2.7")
    signing.send_waiting()
    assert desk.take_in(arf(tray.senders[0])) == "1 complaints, 1 addresses suppressed"
    assert desk.reason("bob@reader.example") == "complained"


def test_an_inbox_that_is_shut_stops_no_other(desk: Desk) -> None:
    shut = Box(broken=True)
    both = Intake(desk.database, desk.clock, RETURNS, [ReturnedDigests(HEAD)], [shut, desk.box])
    desk.box.mails.append(dsn(desk.digest()))
    with pytest.raises(Unavailable, match="shut"):
        both.take_in()
    assert desk.reason() == "bounced"


@ON_BOTH
def test_what_comes_back_from_an_old_address_says_nothing_of_the_new_one(desk: Desk) -> None:
    reader = desk.room.reader(ADA)
    assert desk.room.tick() == 1
    late = desk.room.tray.senders[-1]
    desk.room.subscriptions.moving.ask(reader.token, "ada@new.example")
    desk.room.subscriptions.send_waiting()
    links = {str(mail["To"]): mail for mail in desk.room.tray.mails[-2:]}
    desk.room.subscriptions.moving.agree(token(links[ADA], "/subscription/address"))
    desk.room.subscriptions.confirm(token(links["ada@new.example"], "/subscription/confirm"))
    assert desk.take_in(dsn(late), arf(late)) == "1 bounces, 1 complaints, 2 of no mail that is known"
    assert (desk.reason("ada@new.example"), desk.reason()) == ("", "")
    assert desk.room.subscriptions.counts()["confirmed"] == 1


def test_a_mail_that_breaks_the_reading_is_passed_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr("broadsheet.mail.returned.intake.read", broken)
    assert desk.take_in(dsn(desk.digest()), b"\xff") == "2 others"
    assert desk.box.mails == []


def test_without_an_inbox_nothing_is_read(desk: Desk) -> None:
    assert Intake(desk.database, desk.clock, None, [], []).take_in().sentence == ""


def _out(desk: Desk) -> str:
    return RETURNS.unsubscribe(desk.room.tray.mails[-1]["Message-ID"])
