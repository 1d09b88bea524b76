import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import dkim
import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letter, Letterhead, compose, new_message_id
from broadsheet.mail.replies import Refused, Unsure, Withheld
from broadsheet.mail.ses.client import Client
from broadsheet.mail.ses.transport import LONGEST_WAIT, REWRITTEN, SesTransport
from broadsheet.mail.signed import Signed
from broadsheet.mail.transport import Transport
from broadsheet.mail.verdicts import Verdict
from broadsheet.outgoing import Outgoing
from tests.mail.ses.servers import SECRET_KEY, Amazon, Fault, amazon

HEAD = Letterhead.of("The Tide", "https://tide.example.org")
BOB = "bob@reader.example"
SENDER = "bounce+token@tide.example.org"


@pytest.fixture
def server() -> Iterator[Amazon]:
    with amazon() as served:
        yield served


@pytest.fixture
def transport(server: Amazon, clock: FixedClock) -> SesTransport:
    return SesTransport(server.client(clock), clock, lanes=3)


def mail(clock: FixedClock, message_id: str = "") -> bytes:
    text = "Hello.\n.\n..dots lead here\nTschüß.\n"
    unsubscribe = "https://tide.example.org/subscription/end?token=t"
    letter = Letter(BOB, "Today’s papers", text, "<p>Hello</p>", message_id or new_message_id(HEAD), unsubscribe)
    return compose(letter, HEAD, clock.now())


def send(transport: Transport, clock: FixedClock, recipient: str = BOB) -> bytes:
    written = mail(clock)
    transport.send(written, sender=SENDER, recipient=recipient)
    return written


def test_a_mail_arrives_byte_for_byte_with_its_id_as_a_tag(
    server: Amazon, transport: SesTransport, clock: FixedClock
) -> None:
    written = mail(clock, f"<{'0f' * 16}@tide.example.org>")
    transport.send(written, sender=SENDER, recipient=BOB)
    assert server.raw() == written
    (told,) = server.taken
    assert told["Destination"] == {"ToAddresses": [BOB]}
    assert told["FeedbackForwardingEmailAddress"] == SENDER
    assert told["EmailTags"] == [{"Name": "broadsheet", "Value": "0f" * 16}]
    assert "ConfigurationSetName" not in told
    assert server.mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (transport.lanes, transport.describe()) == (3, "Mails leave through Amazon SES in eu-west-1.")


def test_a_configuration_set_is_named(server: Amazon, clock: FixedClock) -> None:
    send(SesTransport(server.client(clock, configuration_set="tide"), clock), clock)
    assert server.taken[0]["ConfigurationSetName"] == "tide"


def test_our_signature_holds_after_amazon_wrote_its_own_headers(
    server: Amazon, transport: SesTransport, clock: FixedClock, tmp_path: Path
) -> None:
    keys = DkimKeys(tmp_path, "pen")
    rsa, _ = keys.make(ed25519=True)
    send(Signed(transport, keys, HEAD.domain, clock, REWRITTEN), clock)
    sent = server.raw()
    assert sent.count(b"DKIM-Signature:") == 1  # SES takes no second one
    changed = b"\r\n".join(
        b"Message-ID: <0102@eu-west-1.amazonses.com>"
        if line.startswith(b"Message-ID:")
        else b"Date: Thu, 15 Jan 2026 12:00:07 +0000"
        if line.startswith(b"Date:")
        else line
        for line in sent.split(b"\r\n")
    )
    assert changed != sent
    assert dkim.verify(changed, dnsfunc=lambda *_, **__: rsa.record.encode())
    forged = changed.replace(b"Subject:", b"Subject: Free\r\nSubject:", 1)
    assert not dkim.verify(forged, dnsfunc=lambda *_, **__: rsa.record.encode())


@pytest.mark.parametrize(
    ("fault", "permanent", "lost", "verdict"),
    [
        (Fault(400, "BadRequestException", f"Illegal address {BOB}"), True, False, Verdict.GONE),
        (Fault(400, "BadRequestException", "Domain contains illegal character"), True, False, Verdict.GONE),
        (Fault(400, "MessageRejected", "Address blacklisted."), True, False, Verdict.GONE),
        (Fault(400, "MessageRejected", "Virus detected: mail rejected"), True, False, Verdict.BLOCKED),
        (Fault(400, "BadRequestException", "Something new about your request"), False, False, Verdict.BLOCKED),
        (Fault(413, "", ""), False, False, Verdict.BLOCKED),
        (Fault(500, "InternalFailure", "try later"), False, True, Verdict.BLOCKED),
        (Fault(503, "", ""), False, True, Verdict.BLOCKED),
    ],
)
def test_what_an_answer_means_for_one_mail(
    server: Amazon,
    transport: SesTransport,
    clock: FixedClock,
    fault: Fault,
    permanent: bool,
    lost: bool,
    verdict: Verdict,
) -> None:
    server.faults = [fault]
    with pytest.raises(Refused) as caught:
        send(transport, clock)
    assert (caught.value.permanent, caught.value.lost, caught.value.verdict) == (permanent, lost, verdict)
    assert BOB not in caught.value.message
    assert server.taken == []


@pytest.mark.parametrize(
    ("fault", "todo"),
    [
        (Fault(403, "UnrecognizedClientException", "The security token is invalid."), "BROADSHEET_SES_KEY_ID"),
        (Fault(401, "", ""), "BROADSHEET_SES_SECRET_KEY"),
        (Fault(403, "AccessDeniedException", "not authorized to perform ses:SendEmail"), "ses:SendEmail"),
        (Fault(400, "SendingPausedException", "Sending is paused"), "SES console"),
        (Fault(400, "AccountSuspendedException", "suspended"), "SES console"),
        (Fault(400, "MailFromDomainNotVerifiedException", "no"), "Verify the sender's domain"),
        (Fault(400, "MessageRejected", f"Email address is not verified: {BOB}"), "sandbox"),
        (Fault(404, "NotFoundException", "Configuration set <x> does not exist."), "CONFIGURATION_SET"),
        (Fault(429, "TooManyRequestsException", "Daily message quota exceeded."), "larger quota"),
        (Fault(301, "", "", {"location": "https://elsewhere.example"}), "BROADSHEET_SES_KEY_ID"),
    ],
)
def test_the_accounts_own_trouble_stops_all_and_says_what_to_do(
    server: Amazon, transport: SesTransport, clock: FixedClock, fault: Fault, todo: str
) -> None:
    server.faults = [fault]
    with pytest.raises(Unavailable, match="all wait") as caught:
        send(transport, clock)
    assert todo in caught.value.message
    assert not [word for word in (BOB, SECRET_KEY) if word in caught.value.message]
    assert len(server.told) == 1


def test_a_wrong_secret_is_found_by_the_server(server: Amazon, clock: FixedClock) -> None:
    transport = SesTransport(server.client(clock, secret="a wrong one"), clock)
    with pytest.raises(Unavailable, match="SignatureDoesNotMatch") as caught:
        send(transport, clock)
    assert "a wrong one" not in caught.value.message + repr(transport) + repr(server.of(secret="a wrong one"))


def test_whoever_is_told_to_slow_down_waits_as_long_as_asked_and_sends_then(
    server: Amazon, transport: SesTransport, clock: FixedClock
) -> None:
    server.faults = [
        Fault(429, "TooManyRequestsException", "Maximum sending rate exceeded.", {"retry-after": "3"}),
        Fault(400, "ThrottlingException", "Rate exceeded"),
    ]
    before = clock.now()
    send(transport, clock)
    assert len(server.taken) == 1
    assert (clock.now() - before).total_seconds() == 3 + 1.0  # the second time without a word: twice the first pause


def test_who_is_asked_for_a_long_pause_comes_back_after_it(
    server: Amazon, transport: SesTransport, clock: FixedClock
) -> None:
    server.faults = [Fault(429, "TooManyRequestsException", "", {"retry-after": "300"})]
    for _ in range(2):
        with pytest.raises(Unavailable, match="wants a pause"):
            send(transport, clock)
    assert len(server.told) == 1  # the second mail was not even offered
    clock.sleep(300 - LONGEST_WAIT)
    send(transport, clock)
    assert len(server.taken) == 1


def test_a_pace_that_is_never_slow_enough_ends_the_run(
    server: Amazon, transport: SesTransport, clock: FixedClock
) -> None:
    server.faults = [Fault(429, "TooManyRequestsException", "Maximum sending rate exceeded.") for _ in range(6)]
    with pytest.raises(Unavailable, match="BROADSHEET_MAIL_RATE"):
        send(transport, clock)
    assert server.faults == []


def test_an_answer_that_never_comes_leaves_us_unsure(clock: FixedClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the system takes the connection, and nobody answers
        client = _client(listener.getsockname()[1], clock, timeout=0.2)
        with pytest.raises(Unsure, match="took too long"):
            send(SesTransport(client, clock), clock)


def test_an_answer_that_breaks_off_leaves_us_unsure(server: Amazon, transport: SesTransport, clock: FixedClock) -> None:
    server.faults = [Fault(200, drops=True)]
    with pytest.raises(Unsure, match="broke off"):
        send(transport, clock)
    assert len(server.told) == 1


def test_a_connection_that_breaks_after_the_request_leaves_us_unsure(clock: FixedClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)

        Thread(target=answer, daemon=True).start()
        with pytest.raises(Unsure):
            send(SesTransport(_client(listener.getsockname()[1], clock), clock), clock)


def test_a_server_that_is_not_there_takes_nothing(clock: FixedClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable, match="refused"):
        send(SesTransport(_client(port, clock), clock), clock)


def test_what_is_not_wanted_any_more_does_not_leave(server: Amazon, transport: SesTransport, clock: FixedClock) -> None:
    with pytest.raises(Withheld):
        transport.send(mail(clock), sender=SENDER, recipient=BOB, last=lambda: False)
    assert server.told == []


def test_an_address_beyond_ascii_is_refused_before_it_leaves(
    server: Amazon, transport: SesTransport, clock: FixedClock
) -> None:
    with pytest.raises(Refused, match="ASCII") as caught:
        send(transport, clock, "jürgen@reader.example")
    assert (caught.value.permanent, caught.value.verdict, server.told) == (True, Verdict.BLOCKED, [])


def _client(port: int, clock: FixedClock, timeout: float = 30.0) -> Client:
    outgoing = Outgoing(user_agent="Broadsheet/0 (test)", clock=clock, allow_private=True)
    return Client(Amazon(f"http://127.0.0.1:{port}").of(), outgoing, clock, timeout)
