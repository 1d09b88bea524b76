"""Against real LMTP and SMTP clients."""

import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from broadsheet.clock import FixedClock
from broadsheet.errors import Invalid, Unavailable
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.returned import listener
from broadsheet.mail.returned.listener import Ear, Listener
from broadsheet.mail.returned.maildir import Spool
from tests.doors.instance import PATIENCE
from tests.mail.returned.reports import ID, dsn

PATH = ReturnPath.of("bounce@tide.example.org", b"s" * 32, is_read=True)
US = PATH.sender(f"<{ID}@tide.example.org>")
FORGED = US[:20] + ("a" if US[20] != "a" else "b") + US[21:]


@pytest.fixture
def spool(tmp_path: Path, clock: FixedClock) -> Spool:
    return Spool(tmp_path / "returned", clock)


@pytest.fixture(params=["lmtp", "smtp"])
def heard(request: pytest.FixtureRequest, spool: Spool) -> Iterator[smtplib.SMTP]:
    """A client that is connected."""
    ear = Listener(Ear.from_url(f"{request.param}://127.0.0.1:0"), PATH, spool)
    ear.start()
    client = (smtplib.LMTP if request.param == "lmtp" else smtplib.SMTP)("127.0.0.1", ear.port)
    client.timeout = 10
    client.ehlo_or_helo_if_needed()
    yield client
    client.close()
    ear.stop()


def raws(spool: Spool) -> list[bytes]:
    return [waiting.raw for waiting in spool.waiting(99)]


def test_what_comes_to_us_is_kept_with_its_envelope(heard: smtplib.SMTP, spool: Spool) -> None:
    assert heard.sendmail("", [US.upper()], dsn(US)) == {}
    (raw,) = raws(spool)
    assert raw.startswith(f"Return-Path: <>\r\nDelivered-To: {US.upper()}\r\nReturn-Path: <>\r\n".encode())
    assert b"Final-Recipient" in raw
    assert heard.sendmail("feedback@provider.example", [PATH.mailbox], b"Subject: a\r\n\r\n") == {}
    assert len(raws(spool)) == 2


@pytest.mark.parametrize("to", ["eve@elsewhere.example", "desk@tide.example.org", FORGED, "bounce+x@tide.example.org"])
def test_nothing_else_passes_here(heard: smtplib.SMTP, spool: Spool, to: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        heard.sendmail("", [to], b"Subject: a\r\n\r\n")
    assert {code for code, _ in refused.value.recipients.values()} == {550}
    assert raws(spool) == []


def test_one_recipient_at_a_time(heard: smtplib.SMTP, spool: Spool) -> None:
    refused = heard.sendmail("", [US, PATH.mailbox], b"Subject: a\r\n\r\n")
    assert [code for code, _ in refused.values()] == [452]
    assert len(raws(spool)) == 1


def test_a_mail_that_is_too_large_is_refused(heard: smtplib.SMTP, spool: Spool) -> None:
    with pytest.raises(smtplib.SMTPException):
        heard.sendmail("", [US], b"x" * 900 + b"\r\n" + b"y" * listener.LARGEST_TAKEN)
    assert raws(spool) == []


def test_a_full_spool_asks_to_come_again(heard: smtplib.SMTP, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_WAITING", 1)
    heard.sendmail("", [US], b"Subject: a\r\n\r\n")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        heard.sendmail("", [US], b"Subject: a\r\n\r\n")
    assert [code for code, _ in refused.value.recipients.values()] == [452]


def test_a_disk_that_takes_nothing_loses_nothing(heard: smtplib.SMTP, spool: Spool, tmp_path: Path) -> None:
    spool.probe()
    (tmp_path / "returned" / "tmp").rmdir()
    (tmp_path / "returned" / "tmp").write_text("in the way")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        heard.sendmail("", [US], b"Subject: a\r\n\r\n")
    assert refused.value.recipients[US] == (452, b"4.3.1 Not now; come again later")
    (tmp_path / "returned" / "tmp").unlink()
    assert heard.sendmail("", [US], b"Subject: a\r\n\r\n") == {}


def test_there_are_not_too_many_sessions_at_once(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_SESSIONS", 1)
    ear = Listener(Ear.from_url("smtp://127.0.0.1:0"), PATH, spool)
    ear.start()
    first = smtplib.SMTP("127.0.0.1", ear.port, timeout=PATIENCE)
    first.ehlo()
    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        smtplib.SMTP("127.0.0.1", ear.port, timeout=PATIENCE)
    first.quit()
    ear.stop()


def test_starttls_is_offered_with_a_certificate(spool: Spool, tmp_path: Path) -> None:
    made = trustme.CA().issue_cert("127.0.0.1")
    made.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    both = tmp_path / "both.pem"
    ear = Listener(Ear.from_url(f"smtp://127.0.0.1:0?cert={both}&key={both}"), PATH, spool)
    ear.start()
    with smtplib.SMTP("127.0.0.1", ear.port, timeout=PATIENCE) as client:
        client.starttls()
        client.ehlo()
        assert client.sendmail("", [US], b"Subject: a\r\n\r\n") == {}
    ear.stop()


def test_a_port_that_is_taken_is_told(spool: Spool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ear = Listener(Ear.from_url(f"lmtp://127.0.0.1:{taken.getsockname()[1]}"), PATH, spool)
        with pytest.raises(Unavailable, match="Another process may listen there"):
            ear.start()
        ear.stop()


@pytest.mark.parametrize(
    "url",
    ["lmtp://127.0.0.1", "lmtp://:24", "smtp://h:x", "smtp://h:25?cert=a", "lmtp://h:24?a=b", "smtp://u:secret@h:25"],
)
def test_a_bad_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as told:
        Ear.from_url(url)
    assert told.value.field == "bounce_mailboxes"
    assert "secret" not in told.value.message
