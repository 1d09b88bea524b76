from collections import Counter

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.mail.smtp import Server, SmtpTransport
from tests.digests.newsroom import TODAY, Newsroom, newsroom, token
from tests.mail.servers import Mailbox, smtp_server

READERS = [f"reader{n}@example.org" for n in range(8)]


def readers(database: Database, clock: FixedClock, server: Mailbox) -> Newsroom:
    room = newsroom(database, clock, SmtpTransport(Server.from_url(server.url), timeout=3))
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
    with smtp_server() as server:
        room = readers(database, clock, server)
        port = server.port
    for _ in range(3):
        with pytest.raises(Unavailable):
            room.digests.send_due()
    with smtp_server(port=port) as back:
        assert room.digests.send_due().accepted == len(READERS)
    assert Counter(back.recipients) == dict.fromkeys(READERS, 1)
