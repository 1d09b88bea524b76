from pathlib import Path

import dkim
import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letter, Letterhead, compose
from broadsheet.mail.signed import Signed
from broadsheet.mail.smtp import SmtpTransport
from broadsheet.mail.transport import Outbox, Transport
from tests.mail.servers import smtp_server

HEAD = Letterhead.of("The Paper", "https://paper.example.org")


def send(transport: Transport, clock: FixedClock) -> None:
    text = "Hello.\n.\n..dots lead here\nTschüß.\n"
    letter = Letter("bob@example.org", "Today’s papers", text, "<p>Hello</p>", "<1@paper.example.org>")
    message = compose(letter, HEAD, clock.now())
    transport.send(message, sender=HEAD.sender, recipient=letter.recipient)


def test_a_mail_arrives_signed_over_smtp(tmp_path: Path, clock: FixedClock) -> None:
    keys = DkimKeys(tmp_path, "pen")
    (key,) = keys.make()
    with smtp_server() as server:
        transport = Signed(SmtpTransport.from_url(server.url), keys, HEAD.domain, clock)
        assert str(server.port) in transport.describe()
        send(transport, clock)
        transport.close()
    asked: list[bytes] = []

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return key.record.encode()

    assert dkim.verify(server.raw[0], dnsfunc=look_up)
    assert asked == [b"pen._domainkey.paper.example.org."]
    assert f"t={int(clock.now().timestamp())};" in str(server.mails[0]["DKIM-Signature"])


def test_without_a_key_a_mail_leaves_as_it_is(tmp_path: Path, clock: FixedClock) -> None:
    send(Signed(Outbox(tmp_path / "outbox", clock), DkimKeys(tmp_path / "dkim", "pen"), HEAD.domain, clock), clock)
    (file,) = (tmp_path / "outbox").iterdir()
    assert b"DKIM" not in file.read_bytes()


def test_a_key_that_cannot_be_read_keeps_mails_waiting(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "pen.pem").write_text("broken")
    with pytest.raises(Unavailable, match="no mail is signed or sent"):
        send(Signed(Outbox(tmp_path / "outbox", clock), DkimKeys(tmp_path, "pen"), HEAD.domain, clock), clock)
    assert not (tmp_path / "outbox").exists()
