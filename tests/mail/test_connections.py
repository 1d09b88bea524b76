"""Several mails at a time: how many connections there are, and what becomes of them."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from broadsheet.errors import Unavailable
from broadsheet.mail.server import Server
from broadsheet.mail.smtp import SmtpTransport
from tests.doors.instance import PATIENCE, free_port
from tests.mail.servers import Mailbox, smtp_server
from tests.mail.test_smtp import SENDER, mail


def send_all(transport: SmtpTransport, many: int, threads: int) -> list[str]:
    """Send a mail to each of many readers, and return what could not leave."""

    def send(n: int) -> str:
        recipient = f"reader{n}@example.org"
        try:
            transport.send(mail(recipient), sender=SENDER, recipient=recipient)
        except Unavailable as error:
            return error.message
        return ""

    with ThreadPoolExecutor(threads) as pool:
        found = list(filter(None, pool.map(send, range(many))))
    transport.close()
    return found


def think(_recipient: str) -> None:
    time.sleep(0.005)


def got_one_each(server: Mailbox, many: int) -> bool:
    return Counter(server.recipients) == {f"reader{n}@example.org": 1 for n in range(many)}


def test_mails_leave_over_so_many_connections_and_no_more() -> None:
    with smtp_server() as server:
        server.on_data = think
        transport = SmtpTransport(Server.from_url(server.url), connections=3, timeout=PATIENCE)
        assert transport.lanes == 3
        assert send_all(transport, 30, threads=8) == []
        assert got_one_each(server, 30)
        assert server.sessions == 3


def test_a_connection_carries_so_many_mails_and_is_opened_anew() -> None:
    with smtp_server() as server:
        transport = SmtpTransport(Server.from_url(server.url), mails_per_connection=4, timeout=PATIENCE)
        assert send_all(transport, 10, threads=1) == []
        assert got_one_each(server, 10)
        assert server.sessions == 3


def test_a_server_that_allows_fewer_connections_is_used_over_those() -> None:
    with smtp_server() as server:
        server.most_sessions = 2
        server.on_data = think
        transport = SmtpTransport(Server.from_url(server.url), connections=6, timeout=PATIENCE)
        assert send_all(transport, 30, threads=6) == []
        assert got_one_each(server, 30)


def test_without_a_server_every_mail_hears_so_and_none_waits_for_ever() -> None:
    url = f"smtp://127.0.0.1:{free_port()}"
    transport = SmtpTransport(Server.from_url(url), connections=4, timeout=PATIENCE)
    assert len(send_all(transport, 12, threads=12)) == 12
    with pytest.raises(Unavailable, match="cannot be used now"):
        transport.send(mail(), sender=SENDER, recipient="bob@example.org")


def test_a_server_that_goes_away_among_mails_is_told_for_the_rest() -> None:
    with smtp_server(port=free_port()) as server:
        transport = SmtpTransport(Server.from_url(server.url), connections=2, mails_per_connection=1, timeout=PATIENCE)
        transport.send(mail("reader0@example.org"), sender=SENDER, recipient="reader0@example.org")
    assert send_all(transport, 6, threads=3)
