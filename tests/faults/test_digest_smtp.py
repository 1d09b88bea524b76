from collections import Counter
from pathlib import Path

import pytest
import trustme

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.mail.smtp import Server, SmtpTransport
from tests.digests.newsroom import TODAY, Newsroom, newsroom, token
from tests.doors.instance import PATIENCE, free_port
from tests.mail.servers import Mailbox, server_side, smtp_server

READERS = [f"reader{n}@example.org" for n in range(8)]


def readers(database: Database, clock: FixedClock, server: Mailbox) -> Newsroom:
    room = newsroom(database, clock, SmtpTransport(Server.from_url(server.url), timeout=PATIENCE))
    room.press.publish(TODAY, lead=1, trending=[2], new=[3])
    for address in READERS:
        room.subscriptions.subscribe(address, days="daily")
    assert room.subscriptions.send_waiting().accepted == len(READERS)
    for letter in server.mails:
        room.subscriptions.confirm(token(letter, "/subscription/confirm"))
    server.mails.clear()
    server.recipients.clear()
    assert room.digests.queue_due() == len(READERS)
    return room


def test_each_reply_meets_its_own_reader_only(database: Database, clock: FixedClock) -> None:
    with smtp_server() as server:
        room = readers(database, clock, server)
        first = {READERS[1]: "550 5.1.1 No such mailbox", READERS[3]: "451 4.7.1 Greylisted", READERS[5]: "drop"}
        server.on_rcpt = lambda recipient: first.get(recipient)
        server.on_data = lambda recipient: "take and drop" if recipient == READERS[6] else None
        report = room.digests.send_due()
        assert (report.accepted, report.bounced, report.soft_bounced, report.again) == (4, 1, 2, 1)
        server.on_rcpt = server.on_data = lambda _: None
        clock.sleep(301)
        assert room.digests.send_due().accepted == 3
        clock.sleep(86_400)
        assert room.digests.send_due().sentence == ""
    # Whose end the server hid may be mailed twice, under one Message-ID; nobody else is.
    assert Counter(server.recipients) == {who: 1 + (who == READERS[6]) for who in READERS if who != READERS[1]}
    assert len({mail["Message-ID"] for mail in server.mails if mail["To"] == READERS[6]}) == 1


def test_a_server_that_comes_back_gets_everything_once(database: Database, clock: FixedClock) -> None:
    port = free_port()  # nobody else is given it meanwhile
    with smtp_server(port=port) as server:
        room = readers(database, clock, server)
    for _ in range(3):
        with pytest.raises(Unavailable):
            room.digests.send_due()
    with smtp_server(port=port) as back:
        assert room.digests.send_due().accepted == len(READERS)
    assert Counter(back.recipients) == dict.fromkeys(READERS, 1)


def test_many_connections_and_every_kind_of_trouble_leave_nobody_out(database: Database, clock: FixedClock) -> None:
    """Eight readers over three connections; each reply meets its own, and in the end all but one have a mail."""
    with smtp_server() as server:
        readers(database, clock, server)
        replies = ["421 4.7.0 Closing", "450 4.7.1 Later", "drop", "552 5.3.4 Too big", None, None, None, None]
        first = dict(zip(READERS, replies, strict=True))
        server.on_rcpt = lambda recipient: first.get(recipient)
        server.on_data = lambda recipient: "take and drop" if recipient == READERS[7] else None
        transport = SmtpTransport(Server.from_url(server.url), connections=3, timeout=PATIENCE)
        busy = newsroom(database, clock, transport)
        busy.press.publish(TODAY, lead=1, trending=[2], new=[3])
        report = busy.digests.send_due()
        assert (report.accepted, report.bounced, report.soft_bounced, report.again) == (3, 1, 3, 1)
        server.on_rcpt = server.on_data = lambda _: None
        clock.sleep(301)
        assert busy.digests.send_due().accepted == 4
        assert busy.digests.send_due().sentence == ""
    taken = Counter(server.recipients)
    assert set(taken) == set(READERS) - {READERS[3]}
    assert {who for who, times in taken.items() if times > 1} == {READERS[7]}


def test_a_wrong_certificate_keeps_every_digest_until_it_is_mended(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    with smtp_server() as plain:
        readers(database, clock, plain)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name, fault in (("other.example.org", "certificate"), ("127.0.0.1", "")):
        with smtp_server(tls_context=server_side(authority.issue_cert(name))) as server:
            url = f"{server.url}?tls=required&ca={tmp_path / 'ca.pem'}"
            room = newsroom(database, clock, SmtpTransport(Server.from_url(url), connections=2, timeout=PATIENCE))
            room.press.publish(TODAY, lead=1, trending=[2], new=[3])
            if fault:
                with pytest.raises(Unavailable, match=fault):
                    room.digests.send_due()
                assert set(room.states()) == {"queued"}
                assert server.mails == []
            else:
                assert room.digests.send_due().accepted == len(READERS)
                assert server.encrypted == [True] * len(READERS)
