import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
import trustme

from broadsheet.errors import Invalid, Unavailable
from broadsheet.mail import session
from broadsheet.mail.letter import Letter, Letterhead, compose
from broadsheet.mail.smtp import Server, SmtpTransport
from broadsheet.mail.transport import Refused, Unsure
from broadsheet.mail.verdicts import Verdict
from tests.doors.instance import PATIENCE
from tests.mail.servers import Mailbox, authenticator, server_side, smtp_server

HEAD = Letterhead.of("The Paper", "https://paper.example.org")
SENDER = "broadsheet@paper.example.org"
BOB = "bob@reader.example.org"
A_WHILE = 0.5  # seconds: what does not stall answers sooner, on a busy machine too


def mail(recipient: str = BOB, text: str = "Hello.\n.\n..dots lead here\nTschüß.\n") -> bytes:
    letter = Letter(recipient, "Today’s papers", text, "<p>Hello</p>", "<1@paper.example.org>")
    return compose(letter, HEAD, datetime(2026, 1, 15, tzinfo=UTC))


@contextmanager
def stalling() -> Iterator[Callable[[str], None]]:
    """What a server does that answers nothing until the block is over."""
    over = Event()

    def stall(_recipient: str) -> None:
        over.wait(PATIENCE)

    try:
        yield stall
    finally:
        over.set()


@pytest.fixture(params=[False, True], ids=["in turn", "together"])
def server(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    """A server that reads commands one by one, and one that reads those that arrive together."""
    with smtp_server() as mailbox:
        mailbox.pipelining = request.param
        yield mailbox


@pytest.fixture
def transport(server: Mailbox) -> Iterator[SmtpTransport]:
    made = SmtpTransport(Server.from_url(server.url), timeout=PATIENCE)
    yield made
    made.close()


def send(transport: SmtpTransport, recipient: str = BOB) -> None:
    transport.send(mail(recipient), sender=SENDER, recipient=recipient)


def test_a_mail_arrives_as_it_was_written(server: Mailbox, transport: SmtpTransport) -> None:
    send(transport)
    (got,) = server.mails
    text, html = got.iter_parts()
    assert text.get_content().splitlines() == ["Hello.", ".", "..dots lead here", "Tschüß."]
    assert html.get_content().strip() == "<p>Hello</p>"
    assert (got["Subject"], got["From"], got["To"]) == (
        "Today’s papers",
        "The Paper <broadsheet@paper.example.org>",
        BOB,
    )
    assert server.raw[0].isascii()


def test_a_batch_uses_one_connection_and_closing_ends_it(server: Mailbox, transport: SmtpTransport) -> None:
    for n in range(5):
        send(transport, f"reader{n}@example.org")
    assert server.sessions == 1
    transport.close()
    send(transport)
    assert (server.sessions, len(server.mails)) == (2, 6)


@pytest.mark.parametrize(
    ("reply", "permanent", "verdict"),
    [
        ("550 5.1.1 No such mailbox here", True, Verdict.GONE),
        ("550 5.7.1 Relaying denied", True, Verdict.BLOCKED),
        ("550 no", True, Verdict.WEAK),
        ("451 4.7.1 Greylisted, come back later", False, Verdict.BLOCKED),
    ],
)
def test_a_refused_recipient_is_told_apart_and_the_next_one_goes_through(
    server: Mailbox, transport: SmtpTransport, reply: str, permanent: bool, verdict: Verdict
) -> None:
    server.on_rcpt = lambda recipient: reply if recipient == BOB else None
    with pytest.raises(Refused) as refusal:
        send(transport)
    assert (refusal.value.permanent, refusal.value.verdict, refusal.value.lost) == (permanent, verdict, False)
    send(transport, "ada@example.org")
    assert (server.recipients, server.sessions) == (["ada@example.org"], 1)


def test_a_refusal_never_repeats_the_address(server: Mailbox, transport: SmtpTransport) -> None:
    server.on_rcpt = lambda recipient: f"550 5.1.1 <{recipient}>: {recipient} is unknown"
    with pytest.raises(Refused) as refusal:
        send(transport)
    assert "550 5.1.1 [address]: [address] is unknown" in refusal.value.message
    assert "bob" not in refusal.value.message


def test_content_refused_after_the_last_byte_is_a_refusal(server: Mailbox, transport: SmtpTransport) -> None:
    server.on_data = lambda _: "552 5.3.4 Too much"
    with pytest.raises(Refused) as refusal:
        send(transport)
    assert (refusal.value.permanent, refusal.value.verdict) == (True, Verdict.BLOCKED)


@pytest.mark.parametrize("hook", ["on_mail", "on_rcpt"])
def test_a_connection_lost_before_the_last_byte_is_a_soft_refusal(
    server: Mailbox, transport: SmtpTransport, hook: str
) -> None:
    setattr(server, hook, lambda _: "drop")
    with pytest.raises(Refused) as refusal:
        send(transport)
    assert (refusal.value.permanent, refusal.value.lost) == (False, True)
    setattr(server, hook, lambda _: None)
    send(transport)
    assert server.recipients == [BOB]


def test_a_connection_lost_after_the_last_byte_leaves_us_unsure(server: Mailbox, transport: SmtpTransport) -> None:
    server.on_data = lambda _: "take and drop"
    with pytest.raises(Unsure):
        send(transport)
    assert server.recipients == [BOB]


def test_a_kept_connection_that_went_stale_is_replaced(server: Mailbox, transport: SmtpTransport) -> None:
    send(transport)
    replies = iter(["drop"])
    server.on_mail = lambda _: next(replies, None)
    send(transport, "ada@example.org")
    assert (server.recipients, server.sessions) == ([BOB, "ada@example.org"], 2)


@pytest.mark.parametrize("reply", ["550 5.1.1 No such mailbox here", "450 4.2.0 Not now"])
def test_a_recipient_refused_among_commands_that_leave_together_gets_nothing(
    server: Mailbox, transport: SmtpTransport, reply: str
) -> None:
    """A server may say yes to DATA though it refused the recipient: the mail of nothing that it gets is nobody's."""
    server.on_rcpt = lambda recipient: reply if recipient.startswith("not") else None
    for n in range(3):
        with pytest.raises(Refused):
            send(transport, f"not{n}@example.org")
        send(transport, f"reader{n}@example.org")
    assert server.recipients == [f"reader{n}@example.org" for n in range(3)]
    assert server.sessions == 1


@pytest.mark.parametrize(
    ("reply", "permanent", "personal"),
    [
        ("421 4.7.0 Too many mails, closing", False, False),
        ("450 4.2.2 Mailbox full", False, True),
        ("451 4.7.1 Greylisted", False, False),
        ("552 5.2.2 Mailbox full", True, False),
    ],
)
def test_what_a_server_says_of_a_recipient(
    server: Mailbox, transport: SmtpTransport, reply: str, permanent: bool, personal: bool
) -> None:
    server.on_rcpt = lambda recipient: reply if recipient == BOB else None
    with pytest.raises(Refused) as refusal:
        send(transport)
    assert (refusal.value.permanent, refusal.value.personal) == (permanent, personal)
    assert refusal.value.verdict is not Verdict.GONE
    send(transport, "ada@example.org")
    assert server.recipients == ["ada@example.org"]
    assert server.sessions == 1 + reply.startswith("421")


def test_a_server_is_told_the_size_and_may_refuse_it_before_it_comes(server: Mailbox, transport: SmtpTransport) -> None:
    send(transport)
    assert server.options == [[f"SIZE={len(mail())}"]]


def test_a_server_that_stalls_before_the_mail_is_left_and_takes_nothing(server: Mailbox) -> None:
    transport = SmtpTransport(Server.from_url(server.url), timeout=A_WHILE)
    with stalling() as server.on_rcpt, pytest.raises(Refused) as refusal:
        send(transport)
    assert (refusal.value.permanent, refusal.value.lost) == (False, True)
    assert server.recipients == []


def test_a_server_that_thinks_about_a_mail_is_given_time(server: Mailbox) -> None:
    transport = SmtpTransport(Server.from_url(server.url), timeout=A_WHILE)
    server.on_data = lambda _: time.sleep(1.2 * A_WHILE)
    send(transport)
    transport.close()
    assert server.recipients == [BOB]


def test_a_server_that_takes_a_mail_and_stalls_leaves_us_unsure(
    server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LAST_WORD", 1)
    transport = SmtpTransport(Server.from_url(server.url), timeout=A_WHILE)
    with stalling() as server.on_data, pytest.raises(Unsure):
        send(transport)


def test_a_server_that_closes_for_now_puts_off(server: Mailbox, transport: SmtpTransport) -> None:
    server.on_mail = lambda _: "421 4.3.2 Shutting down"
    with pytest.raises(Refused) as refusal:
        send(transport)
    assert not refusal.value.permanent


def test_a_refused_sender_is_our_own_trouble(server: Mailbox, transport: SmtpTransport) -> None:
    server.on_mail = lambda _: "550 5.7.1 Not your domain"
    with pytest.raises(Unavailable, match="BROADSHEET_MAIL_FROM"):
        send(transport)


def test_no_server_is_unavailable() -> None:
    with smtp_server() as gone:
        url = gone.url
    with pytest.raises(Unavailable, match="cannot be used now"):
        send(SmtpTransport.from_url(url))


def test_starttls_is_taken_and_its_certificate_checked(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = server_side(authority.issue_cert("127.0.0.1"))
    with smtp_server(tls_context=context) as server:
        with pytest.raises(Unavailable, match=r"certificate .* does not hold"):
            send(SmtpTransport.from_url(server.url))
        transport = SmtpTransport.from_url(f"{server.url}?ca={tmp_path / 'ca.pem'}")
        send(transport)
        transport.close()
        assert server.encrypted == [True]


def test_a_certificate_for_another_name_does_not_hold(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = server_side(authority.issue_cert("other.example.org"))
    with smtp_server(tls_context=context) as server, pytest.raises(Unavailable, match="name that it was issued for"):
        send(SmtpTransport.from_url(f"{server.url}?ca={tmp_path / 'ca.pem'}"))


def test_signing_in(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = server_side(authority.issue_cert("127.0.0.1"))
    known = authenticator("paper", "p@ss/word")
    with smtp_server(tls_context=context, authenticator=known, auth_required=True) as server:
        address = f"{server.host}:{server.port}?ca={tmp_path / 'ca.pem'}"
        transport = SmtpTransport.from_url(f"smtp://paper:p%40ss%2Fword@{address}")
        send(transport)
        transport.close()
        with pytest.raises(Unavailable, match="535") as refused:
            send(SmtpTransport.from_url(f"smtp://paper:wrong-one@{address}"))
    assert server.recipients == [BOB]
    assert "wrong-one" not in refused.value.message


def test_a_password_is_not_sent_in_the_clear_to_another_machine(
    server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "is_here", False)
    with pytest.raises(Unavailable, match="the password is not sent in the clear"):
        send(SmtpTransport.from_url(f"smtp://paper:secret@{server.host}:{server.port}"))


def test_where_tls_is_required_no_mail_leaves_in_the_clear(server: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="mails are not sent in the clear"):
        send(SmtpTransport.from_url(f"{server.url}?tls=required"))
    assert server.mails == []
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with smtp_server(tls_context=server_side(authority.issue_cert("127.0.0.1"))) as safe:
        transport = SmtpTransport.from_url(f"{safe.url}?tls=required&ca={tmp_path / 'ca.pem'}")
        send(transport)
        transport.close()
    assert safe.encrypted == [True]


def test_an_address_beyond_ascii_needs_a_server_that_can(transport: SmtpTransport, server: Mailbox) -> None:
    with pytest.raises(Refused) as refusal:
        send(transport, "bücher@example.org")
    assert refusal.value.permanent
    with smtp_server(enable_SMTPUTF8=True) as modern:
        other = SmtpTransport.from_url(modern.url)
        send(other, "bücher@example.org")
        other.close()
    assert modern.recipients == ["bücher@example.org"]
    assert modern.mails[0]["To"] == "bücher@example.org"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", Server("mail.example.org", 25, "offered")),
        ("smtps://mail.example.org", Server("mail.example.org", 465, "now")),
        ("smtp://u:p%3A@[::1]:587?tls=never", Server("::1", 587, "never", "u", "p:")),
        ("smtp://mail.example.org?tls=required", Server("mail.example.org", 25, "required")),
        ("smtps://mail.example.org?tls=required", Server("mail.example.org", 465, "now")),
    ],
)
def test_urls_of_servers(url: str, server: Server) -> None:
    assert Server.from_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://h:99999",
        "smtp://h?tls=maybe",
        "smtp://h?x=1",
    ],
)
def test_urls_of_nothing(url: str) -> None:
    with pytest.raises(Invalid, match="smtp://user:password@host:587"):
        Server.from_url(url)


def test_a_bad_url_does_not_repeat_its_password() -> None:
    with pytest.raises(Invalid) as error:
        Server.from_url("smtp://u:verysecret@h:port")
    assert "verysecret" not in error.value.message
    assert "verysecret" not in repr(Server.from_url("smtp://u:verysecret@h"))


def test_describe_names_the_server_without_credentials() -> None:
    assert SmtpTransport.from_url("smtp://u:p@h:587").describe() == "Mails leave through the SMTP server h:587."


def test_a_last_word_that_fails_takes_the_mail_back_with_its_connection(
    server: Mailbox, transport: SmtpTransport
) -> None:
    def fail() -> bool:
        raise OSError("The disk is full.")

    send(transport)
    with pytest.raises(OSError, match="full"):
        transport.send(b"Subject: x\r\n\r\nNever.\r\n", sender=HEAD.sender, recipient=BOB, last=fail)
    send(transport)
    assert (len(server.mails), server.sessions) == (2, 2)
