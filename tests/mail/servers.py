"""A real SMTP server on a loopback port that can be told to misbehave."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCEPT = "250 OK"
TOO_MANY = "421 4.7.0 Too many connections"


@dataclass
class Mailbox:
    """What the server took, and its answers: each a reply line, `drop` to break off, or `None` for the default."""

    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: int = 0
    most_sessions: int = 1_000
    encrypted: list[bool] = field(default_factory=list)
    on_mail: Callable[[str], str | None] = lambda _sender: None
    on_rcpt: Callable[[str], str | None] = lambda _recipient: None
    on_data: Callable[[str], str | None] = lambda _recipient: None
    pipelining: bool = False
    options: list[list[str]] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    async def handle_EHLO(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        if self.sessions >= self.most_sessions:
            return [TOO_MANY]
        self.sessions += session.host_name is None or session.ssl is None
        session.host_name = hostname
        return [*responses[:-1], *["250-PIPELINING"] * self.pipelining, *responses[-1:]]

    async def handle_HELO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str
    ) -> str:
        return TOO_MANY

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self._answer(server, self.on_mail(address))
        if said == ACCEPT:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
            self.options.append(options)
        return said

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self._answer(server, self.on_rcpt(address))
        if said == ACCEPT:
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        content = cast("bytes", envelope.content)
        said = self.on_data(recipient)
        if said is None or said == "take and drop":
            self.raw.append(content)
            self.mails.append(cast("EmailMessage", message_from_bytes(content, policy=policy.default)))
            self.recipients.append(recipient)
            self.encrypted.append(session.ssl is not None)
        return self._answer(server, "drop" if said == "take and drop" else said)

    def _answer(self, server: SMTP, said: str | None) -> str:
        if said == "drop":
            cast("Any", server.transport).abort()
        return said or ACCEPT


class _AnyPort(Controller):
    """A controller that may be given port 0: it learns which one it got."""

    def _trigger_server(self) -> None:
        self.port = cast("Any", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server(**options: Any) -> Iterator[Mailbox]:
    """Run a server for the block; `options` go to aiosmtpd."""
    mailbox = Mailbox()
    options = {"port": 0, "enable_SMTPUTF8": False, **options}
    controller = _AnyPort(mailbox, hostname="127.0.0.1", ready_timeout=60, **options)
    controller.start()
    try:
        mailbox.port = controller.port
        yield mailbox
    finally:
        controller.stop()


def authenticator(user: str, password: str) -> Callable[..., AuthResult]:
    """Return an aiosmtpd authenticator that knows one user."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return check


def server_side(certificate: Any) -> ssl.SSLContext:
    """Return a server's TLS context with a certificate of trustme's."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context
