"""What comes back to mails: a reader's whole way with a mailbox that fails, and an operator who looks after it.

Nothing is patched: Chromium, the installed command, a mail server that received every letter, a real IMAP server that
holds what comes back, and the instance's own LMTP listener.
"""

import re
import smtplib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, Page, expect

from tests.doors.instance import PATIENCE, Running, command, free_port, running
from tests.doors.test_subscription_story import Postbox, _link, _links
from tests.mail.returned.imap_server import ImapServer, imap_server
from tests.mail.returned.reports import arf, away, dsn, plain, qmail

pytestmark = pytest.mark.story

ADA, BOB, EVE = "ada.quill@reader.example", "bob@reader.example", "eve@reader.example"
OPERATOR = "desk@tide.example.org"


class Sink(Postbox):
    """A mail server that also keeps what envelopes say."""

    def __init__(self) -> None:
        super().__init__()
        self.senders: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.senders.append(envelope.mail_from or "")
        return await super().handle_DATA(server, session, envelope)

    def to(self, address: str) -> list[int]:
        """The numbers of the letters that an address got, in order."""
        return [number for number, found in enumerate(self.recipients) if found == [address]]


@dataclass
class World:
    """An instance, the server its mails go to, and where they come back."""

    instance: Running
    sink: Sink
    imap: ImapServer
    lmtp: int

    def tick(self) -> str:
        return command("tick", env=self.instance.env)

    def sender(self, address: str) -> str:
        """The envelope sender of the last letter to an address."""
        return self.sink.senders[self.sink.to(address)[-1]]

    def come_back(self, to: str, raw: bytes) -> None:
        """Have a mail server deliver a mail to the instance by LMTP."""
        with smtplib.LMTP("127.0.0.1", self.lmtp, timeout=PATIENCE) as client:
            client.sendmail("", [to], raw)

    def subscribe(self, page: Page, address: str) -> None:
        page.goto(f"{self.instance.url}/subscribe")
        page.get_by_label("Your address").fill(address)
        page.locator("main [name=hour]").select_option("0")
        page.locator("main [name=days][value=daily]").check()
        page.locator("main form[action$='/subscribe'] button[type=submit]").first.click()
        expect(page.locator("main")).to_contain_text("Look into your mail")
        self.tick()

    def confirm(self, page: Page, address: str) -> str:
        """Press the button behind the last letter's link; return the address of the page that follows."""
        page.goto(_link(self.sink.letters[self.sink.to(address)[-1]], "/subscription/confirm"))
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator("main")).to_contain_text("Confirmed.")
        return page.url


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    sink, lmtp = Sink(), free_port()
    server = Controller(sink, hostname="127.0.0.1", port=free_port(), ready_timeout=PATIENCE)
    server.start()
    with imap_server() as imap:
        settings = {
            "smtp_url": f"smtp://127.0.0.1:{server.port}",
            "mail_from": "paper@tide.example.org",
            "bounce_address": "bounce@tide.example.org",
            "bounce_mailboxes": f"{imap.url()}, lmtp://127.0.0.1:{lmtp}",
            "edition_hour": 0,
            "name": "The Tide",
            "sources": "[]",
        }
        # The schedule stands still: the story itself says when a tick passes.
        with running(tmp_path / "home", "--no-tick", **settings) as instance:
            yield World(instance, sink, imap, lmtp)
    server.stop()


def test_a_readers_way_to_a_mailbox_that_is_gone_and_back(browser: Browser, world: World) -> None:
    page = browser.new_context().new_page()
    world.subscribe(page, ADA)
    first = world.sink.letters[-1]
    # A mail scanner follows the link, twice; nobody has confirmed anything.
    for _ in range(2):
        urllib.request.urlopen(_link(first, "/subscription/confirm"), timeout=PATIENCE)  # noqa: S310 - our own loopback address
    assert "digests queued" not in world.tick()
    assert len(world.sink.letters) == 1
    managed = world.confirm(page, ADA)

    # What the preview shows is what comes.
    page.get_by_role("link", name="What your next mail would hold now").click()
    subject = page.locator("p.note", has_text="Subject:").inner_text().removeprefix("Subject: ")
    page.get_by_text("The same as text").click()
    framed = page.frame_locator("iframe").get_by_role("link", name="Unsubscribe")
    expect(framed).to_be_visible()
    shown = page.locator("pre.mail").inner_text().splitlines()[:20]
    world.tick()
    digest = world.sink.letters[-1]
    body = digest.get_body(("plain",))
    assert body is not None
    assert digest["Subject"] == subject
    assert body.get_content().splitlines()[:20] == shown
    senders = [world.sink.senders[number] for number in world.sink.to(ADA)]
    assert len(set(senders)) == 2
    assert all(re.fullmatch(r"bounce\+b[a-z2-7]{42}@tide\.example\.org", sender) for sender in senders)

    # Click through, and change the time zone.
    page.goto(next(link for link in _links(digest, "html") if "/paper/" in link))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(managed)
    page.get_by_label("Time zone").select_option("Europe/Vienna")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Europe/Vienna, up to")

    # A mail program's one click: a POST without cookies.
    one_click = re.search(r"<(https?://[^>]+)>, <mailto:bounce%2Bu", digest["List-Unsubscribe"])
    assert one_click
    with urllib.request.urlopen(one_click[1], data=b"List-Unsubscribe=One-Click", timeout=PATIENCE) as answer:  # noqa: S310
        assert answer.status == 200
    page.goto(one_click[1])
    expect(page.locator("main")).to_contain_text(re.compile("no more|ended|no longer", re.IGNORECASE))

    # She comes back, and her mailbox is gone: the server took the mail, and reports it later.
    world.subscribe(page, ADA)
    world.confirm(page, ADA)
    world.imap.put(dsn(world.sender(ADA)), away(senders[1], "Auto-Submitted: auto-replied"))
    assert "1 bounces, 1 others, 1 addresses suppressed" in world.tick()
    assert world.imap.flags() == [True, True]
    assert "bounced" in command("mail", "suppressions", "show", ADA, env=world.instance.env)
    before = len(world.sink.letters)
    world.subscribe(page, ADA)
    assert len(world.sink.letters) == before

    _as_operator(browser, world).lift(ADA)
    assert "Written to" in command("mail", "suppressions", "show", ADA, env=world.instance.env)
    page.goto(f"{world.instance.url}/sign-in")
    page.get_by_label("Your address").fill(ADA)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    world.tick()
    assert world.sink.recipients[-1] == [ADA]
    _nobody_is_named(world)


def test_digests_go_on_when_the_operator_lifts_and_end_by_mail_and_by_complaint(browser: Browser, world: World) -> None:
    page = browser.new_context().new_page()
    for address in (BOB, EVE):
        world.subscribe(page, address)
    for address in (BOB, EVE):
        world.confirm(page, address)
    letter = world.sender(BOB)
    world.come_back(letter, qmail(letter))
    assert "1 bounces, 1 addresses suppressed" in world.tick()
    assert [len(world.sink.to(address)) for address in (BOB, EVE)] == [1, 2]
    _as_operator(browser, world).lift(BOB)
    world.tick()
    assert len(world.sink.to(BOB)) == 2

    # Forged ones are refused at the door, and those of no mail are ignored.
    digest = world.sender(BOB)
    forged = digest[:20] + ("a" if digest[20] != "a" else "b") + digest[21:]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        world.come_back(forged, dsn(forged))
    world.imap.put(dsn(forged), arf(forged), plain("somebody@tide.example.org"))
    assert "2 forged, 1 others" in world.tick()

    # Bob complains to his provider, whose report names the mail alone; Eve writes to the address of her mail program.
    number = world.sink.to(BOB)[-1]
    world.come_back(
        "bounce@tide.example.org", arf("", subject=f"Message-ID: {world.sink.letters[number]['Message-ID']}\n")
    )
    way_out = re.search(r"<mailto:([^?>]+)\?", world.sink.letters[world.sink.to(EVE)[-1]]["List-Unsubscribe"])
    assert way_out
    world.come_back(way_out[1].replace("%2B", "+"), plain(way_out[1].replace("%2B", "+")))
    assert "1 complaints, 1 mails to unsubscribe, 1 addresses suppressed" in world.tick()
    told = _as_operator(browser, world).page
    expect(told.locator("#list")).to_contain_text("complained")
    expect(told.get_by_role("row", name=re.compile("^others [5-9]"))).to_be_visible()

    # After a complaint an operator alone brings nothing back: it takes a new yes.
    _as_operator(browser, world).lift(BOB)
    before = len(world.sink.to(BOB))
    world.tick()
    assert len(world.sink.to(BOB)) == before
    world.subscribe(page, BOB)
    assert world.sink.letters[-1]["Subject"].startswith("Confirm")
    _nobody_is_named(world)


@dataclass
class Desk:
    """The operator's page, in a browser of its own without scripts."""

    page: Page

    def lift(self, address: str) -> None:
        self.page.get_by_label("An address").fill(address)
        self.page.get_by_role("button", name="Write to it again").click()
        expect(self.page.get_by_role("status")).to_contain_text("Lifted.")


def _as_operator(browser: Browser, world: World) -> Desk:
    page = browser.new_context(java_script_enabled=False).new_page()
    if OPERATOR not in command("readers", "list", env=world.instance.env):
        command("readers", "add", OPERATOR, "--role", "admin", env=world.instance.env)
    page.goto(f"{world.instance.url}/sign-in?back=/operator/mail")
    page.get_by_label("Your address").fill(OPERATOR)
    before = len(world.sink.to(OPERATOR))
    page.get_by_role("button", name="Send the letter").click()
    for _ in range(1_200):
        if len(world.sink.to(OPERATOR)) > before:
            break
        page.wait_for_timeout(50)
    page.goto(_link(world.sink.letters[world.sink.to(OPERATOR)[-1]], "/sign-in/link"))
    page.get_by_role("button", name="Sign in on this browser").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How mails fare")
    return Desk(page)


def _nobody_is_named(world: World) -> None:
    log = world.instance.log.read_text()
    assert not [name for name in (ADA, BOB, EVE, OPERATOR, "@reader.example") if name in log]
    assert not re.search(r"token=|bounce\+[bu][a-z2-7]{20}", log)
