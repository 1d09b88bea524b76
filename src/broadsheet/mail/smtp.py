"""Speaks SMTP: one connection for a batch, TLS, sign-in, and what each reply means for the mail at hand.

Whom to write to and how often to try is the sender's matter.
Only between the last byte of a mail and the reply to it can it get lost or doubled: what breaks there is `Unsure`.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Lock
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from broadsheet.errors import Invalid, Unavailable
from broadsheet.mail.replies import Refused, Unsure, without_addresses

TIMEOUT_SECONDS = 30.0
_DOT = re.compile(rb"^\.", re.MULTILINE)
# RFC 3463: bad destination mailbox, system or syntax; moved; disabled. Policy codes (5.7.x) say nothing of the mailbox.
_GONE = re.compile(r"^5\.(1\.[1236]|1\.10|2\.1)\b")
_GONE_AWAY = (smtplib.SMTPServerDisconnected, OSError)


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is and how to speak to it; `tls` is `now` for smtps, `offered` for STARTTLS when offered."""

    host: str
    port: int
    tls: Literal["now", "offered", "never"]
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca: str | None = None

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """Read smtp://user:password@host:587 or smtps://host:465, with ?ca=FILE and ?tls=never; raises `Invalid`."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
            options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        except ValueError as error:
            raise _bad_url(str(error)) from error
        if parts.scheme not in {"smtp", "smtps"} or not host:
            raise _bad_url("it starts with neither smtp:// nor smtps://, or names no host")
        unknown = [*options.keys() - {"ca", "tls"}, *set(options.get("tls", [])) - {"never"}]
        if unknown:
            raise _bad_url(f"{unknown[0]!r} is no option; there are ca=FILE and tls=never")
        tls: Literal["now", "offered", "never"] = "never" if "tls" in options else "offered"
        if parts.scheme == "smtps":
            tls = "now"
        return cls(
            host,
            port or (465 if tls == "now" else 25),
            tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            options.get("ca", [None])[0],
        )

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class SmtpTransport:
    """Hands mails to one SMTP server; threads take turns on one connection, which is opened when first needed."""

    def __init__(self, server: Server, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server = server
        self._timeout = timeout
        self._connection: smtplib.SMTP | None = None
        self._turn = Lock()

    @classmethod
    def from_url(cls, url: str) -> "SmtpTransport":
        """Make a transport to the server that `url` names; raises `Invalid`. Nothing is connected yet."""
        return cls(Server.from_url(url))

    def send(self, mail: bytes, *, sender: str, recipient: str) -> None:
        """Hand one mail over; raises `Refused`, `Unsure`, or `Unavailable` when no mail can leave now."""
        with self._turn:
            connection = self._begin(sender, recipient)
            self._address(connection, recipient)
            self._hand_over(connection, mail)

    def close(self) -> None:
        """Say goodbye to the server; the next mail connects anew."""
        with self._turn:
            self._hang_up(politely=True)

    def probe(self) -> str:
        """Connect, sign in and leave; return the version of TLS, empty in the clear. Raises `Unavailable`."""
        connection = self._connect()
        spoken = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else None
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            _abandon(connection)
        return spoken or ""

    def describe(self) -> str:
        """Return a sentence for pages: where mails go."""
        return f"Mails leave through the SMTP server {self._server}."

    def _begin(self, sender: str, recipient: str) -> smtplib.SMTP:
        """Return a connection that has accepted our sender; a kept one that went stale is replaced once."""
        kept = self._connection
        if kept is not None:
            try:
                code, reply = kept.mail(sender, _options(kept, recipient))
            except _GONE_AWAY:
                code, reply = 421, b""
            if code == 250:
                return kept
            self._hang_up(politely=code != 421)
        connection = self._connection = self._connect()
        try:
            code, reply = connection.mail(sender, _options(connection, recipient))
        except _GONE_AWAY as error:
            raise self._lost(error) from error
        if code == 250:
            return connection
        self._hang_up(politely=code != 421)
        said = _said(code, reply)
        if code < 500:
            raise Refused(f"{self._server} puts us off: {said}", permanent=False)
        raise Unavailable(
            f"{self._server} takes no mail from our sender: {said} "
            "Check BROADSHEET_MAIL_FROM and the user and password of BROADSHEET_SMTP_URL.",
            value=str(self._server),
        )

    def _address(self, connection: smtplib.SMTP, recipient: str) -> None:
        try:
            code, reply = connection.rcpt(recipient)
            if code in {250, 251}:
                code, reply = connection.docmd("DATA")
                if code == 354:
                    return
        except _GONE_AWAY as error:
            raise self._lost(error) from error
        self._refuse(connection, code, reply)

    def _hand_over(self, connection: smtplib.SMTP, mail: bytes) -> None:
        try:
            # As long as the last dot has not left, the server must not take the mail (RFC 5321, 4.1.1.4).
            connection.send(_DOT.sub(b"..", mail) + b".\r\n")
        except _GONE_AWAY as error:
            raise self._lost(error) from error
        try:
            code, reply = connection.getreply()
        except _GONE_AWAY as error:
            self._hang_up()
            raise Unsure(f"{self._server} broke the connection off before it answered ({_words(error)}).") from error
        if code != 250:
            self._refuse(connection, code, reply)

    def _lost(self, error: Exception) -> Refused:
        self._hang_up()
        return Refused(f"{self._server} broke the connection off ({_words(error)}).", permanent=False, lost=True)

    def _refuse(self, connection: smtplib.SMTP, code: int, reply: bytes) -> None:
        """Make the connection fit for the next mail, and raise `Refused` for this one."""
        try:
            if code == 421 or connection.rset()[0] != 250:
                self._hang_up()
        except _GONE_AWAY:
            self._hang_up()
        words = reply.decode("utf-8", "replace")
        raise Refused(
            f"{self._server} answered {_said(code, reply)}", permanent=code >= 500, gone=bool(_GONE.match(words))
        )

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        connection: smtplib.SMTP | None = None
        try:
            tls = ssl.create_default_context(cafile=server.ca)
            if server.tls == "now":
                connection = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=tls)
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
            connection.ehlo_or_helo_if_needed()
            if server.tls == "offered" and connection.has_extn("starttls"):
                connection.starttls(context=tls)
                connection.ehlo()
            if server.user:
                self._sign_in(connection)
        except ssl.SSLCertVerificationError as error:
            _abandon(connection)
            raise Unavailable(
                f"The certificate of {server} does not hold: {error.verify_message}. "
                "Use the name that it was issued for, or add ?ca=FILE to BROADSHEET_SMTP_URL.",
                value=str(server),
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            _abandon(connection)
            raise Unavailable(
                f"The SMTP server {server} cannot be used now ({_words(error)}). "
                "Mails wait and go out when it answers; check BROADSHEET_SMTP_URL.",
                value=str(server),
            ) from error
        return connection

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        if not isinstance(connection.sock, ssl.SSLSocket) and not is_loopback(self._server.host):
            _abandon(connection)
            raise Unavailable(
                f"{self._server} offers no encryption, and the password is not sent in the clear. "
                "Use smtps:// or the port at which it offers STARTTLS.",
                value=str(self._server),
            )
        connection.login(self._server.user, self._server.password)

    def _hang_up(self, *, politely: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if politely:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                _abandon(connection)
        else:
            _abandon(connection)


def _options(connection: smtplib.SMTP, recipient: str) -> list[str]:
    """Return the options of MAIL FROM; raises `Refused` where the server cannot write the recipient's address."""
    if recipient.isascii():
        return []
    connection.ehlo_or_helo_if_needed()
    if not connection.has_extn("smtputf8"):
        raise Refused("The mail server takes only addresses in ASCII (it offers no SMTPUTF8).", permanent=True)
    connection.command_encoding = "utf-8"
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _said(code: int, reply: bytes) -> str:
    return f"{code} {without_addresses(reply.decode('utf-8', 'replace'))}".strip().rstrip(".") + "."


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _said(error.smtp_code, said if isinstance(said, bytes) else str(said).encode()).rstrip(".")
    return without_addresses(str(error) or type(error).__name__).rstrip(".")


def _abandon(connection: smtplib.SMTP | None) -> None:
    if connection is not None:
        connection.close()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad_url(reason: str) -> Invalid:
    # The value itself may hold a password, so it is not repeated.
    return Invalid(
        f"BROADSHEET_SMTP_URL cannot be used: {reason}. Write smtp://user:password@host:587 or smtps://host:465.",
        field="smtp_url",
    )
