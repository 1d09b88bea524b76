"""Takes returned mails by LMTP (RFC 2033) or SMTP into the instance's own Maildir; it alone loads aiosmtpd.

What they tell is read later, by the tick: a mail is answered for only once it is whole on the disk.
Nobody can send anything else through here: it takes addresses that this instance made, and the bare one that complaints
of providers go to, and refuses all others as they are named.
"""

import asyncio
import logging
import socket
import ssl
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from broadsheet.errors import Invalid, Unavailable
from broadsheet.logs import get_logger
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.returned.maildir import Spool
from broadsheet.mail.returned.parsed import LARGEST

MOST_SESSIONS = 50
MOST_WAITING = 20_000  # mails; whoever sends more is asked to come again
LARGEST_TAKEN = 4 * LARGEST
TIMEOUT_SECONDS = 60.0
_LATER = "452 4.3.1 Not now; come again later"
_FORM = "Write lmtp://127.0.0.1:8024 or smtp://0.0.0.0:25, with ?cert=FILE&key=FILE for STARTTLS."

_log = get_logger("mail")


@dataclass(frozen=True, slots=True)
class Ear:
    """Where to listen, and in which protocol; `cert` and `key` are files for STARTTLS, None without."""

    protocol: Literal["lmtp", "smtp"]
    host: str
    port: int
    cert: str | None = None
    key: str | None = None

    @classmethod
    def from_url(cls, url: str) -> "Ear":
        """Read lmtp://host:port or smtp://host:port; raises `Invalid`."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
            options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        except ValueError as error:
            raise _bad_url(str(error)) from error
        if not host or port is None:
            raise _bad_url("it names no address or no port to listen on")
        cert, key = options.get("cert", [None])[0], options.get("key", [None])[0]
        if parts.username or parts.password:
            raise _bad_url("it names a user, and nobody signs in here")
        if options.keys() - {"cert", "key"} or (cert is None) != (key is None):
            raise _bad_url("cert and key are its options, and go together")
        return cls("lmtp" if parts.scheme == "lmtp" else "smtp", host, port, cert, key)

    def __str__(self) -> str:
        return f"{self.protocol}://{self.host}:{self.port}"


class Listener:
    """Listens in a thread of its own from `start` to `stop`."""

    def __init__(self, ear: Ear, path: ReturnPath, spool: Spool) -> None:
        self._ear = ear
        self._desk = _Desk(path, spool)
        self._controller: Any = None

    @property
    def port(self) -> int:
        """The port that is listened on: the system's choice where 0 was asked for."""
        return int(self._controller.port) if self._controller else self._ear.port

    def describe(self) -> str:
        """Return what it is."""
        return str(self._ear)

    def probe(self) -> None:
        """Look whether an instance listens there now; raises `Unavailable`."""
        try:
            socket.create_connection((self._ear.host, self.port), timeout=3).close()
        except OSError as error:
            raise Unavailable(
                f"Nobody listens at {self._ear} ({error.strerror or error}): bounces are refused or wait. Start the "
                "instance with `broadsheet up`, or look into its log for `no_listener`.",
                value=str(self._ear),
            ) from error

    def start(self) -> None:
        """Listen; raises `Unavailable` where the port is taken or aiosmtpd is not installed."""
        try:
            controller = _controller(self._ear, self._desk)
            controller.start()
        except ModuleNotFoundError as error:
            raise Unavailable(
                f"Listening at {self._ear} needs aiosmtpd: install broadsheet[returns], or read a Maildir or an IMAP "
                "folder (BROADSHEET_BOUNCE_MAILBOXES).",
                value=str(self._ear),
            ) from error
        except (OSError, TimeoutError) as error:
            raise Unavailable(
                f"Nothing can be heard at {self._ear} ({error}). Another process may listen there; change "
                "BROADSHEET_BOUNCE_MAILBOXES.",
                value=str(self._ear),
            ) from error
        self._controller = controller

    def stop(self) -> None:
        """Listen no more; mails that were taken are on the disk."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


class _Desk:
    """Answers, as aiosmtpd asks."""

    def __init__(self, path: ReturnPath, spool: Spool) -> None:
        self._path = path
        self._spool = spool

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        told = self._path.read(address)
        if told is None and address.strip("<>").lower() != self._path.mailbox:
            return "550 5.1.1 No such mailbox here"
        if told is not None and not told.holds:
            _log.warning("mail_returned", kind="forged", at="rcpt")
            return "550 5.1.1 No such mailbox here"
        if envelope.rcpt_tos:  # one answer for each mail: whoever has more recipients comes again with the next
            return "452 4.5.3 One recipient at a time"
        if await asyncio.to_thread(self._spool.is_full, MOST_WAITING):
            return _LATER
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        # Before all that a stranger wrote, and on one line: headers that only a server writes.
        head = f"Return-Path: <{_plain(envelope.mail_from)}>\r\nDelivered-To: {_plain(envelope.rcpt_tos[0])}\r\n"
        try:
            await asyncio.to_thread(self._spool.keep, head.encode() + bytes(envelope.content))
        except OSError as error:
            _log.error("mail_not_kept", reason=error.strerror)
            return _LATER
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        """Have a sender come again after trouble of ours, which would otherwise be its mail's end."""
        _log.error("mail_not_kept", reason=error.message if isinstance(error, Unavailable) else type(error).__name__)
        return _LATER


def _controller(ear: Ear, desk: _Desk) -> Any:
    from aiosmtpd.controller import Controller
    from aiosmtpd.lmtp import LMTP
    from aiosmtpd.smtp import SMTP

    for name in ("mail.log", "mail.debug", "mail.error"):  # it would write addresses into the log
        logging.getLogger(name).disabled = True
    context = _tls(ear)
    bound = socket.create_server((ear.host, ear.port), family=_family(ear.host))
    sessions: set[int] = set()

    class Counted(LMTP if ear.protocol == "lmtp" else SMTP):  # type: ignore[misc]
        """A session, of which there are not too many at once."""

        def connection_made(self, transport: Any) -> None:
            if len(sessions) >= MOST_SESSIONS:
                transport.write(b"421 4.3.2 Too many connections; come again later\r\n")
                transport.close()
                return
            sessions.add(id(self))
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            if id(self) in sessions:
                sessions.discard(id(self))
                super().connection_lost(error)

    class Listening(Controller):
        """Makes a session of ours for each connection to a socket that is bound: a taken port is told at once."""

        def factory(self) -> Any:
            return Counted(self.handler, **self.SMTP_kwargs)

        def _create_server(self) -> Any:
            return self.loop.create_server(self._factory_invoker, sock=bound)

    return Listening(
        desk,
        hostname=ear.host,
        port=bound.getsockname()[1],
        ready_timeout=10,
        data_size_limit=LARGEST_TAKEN,
        enable_SMTPUTF8=True,
        ident="Broadsheet",
        timeout=TIMEOUT_SECONDS,
        tls_context=context,
    )


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _tls(ear: Ear) -> ssl.SSLContext | None:
    if ear.cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(ear.cert, ear.key)
    return context


def _plain(address: str | None) -> str:
    return "".join(char for char in address or "" if char.isprintable() and char not in "<> ")


def _bad_url(reason: str) -> Invalid:
    # The value itself may hold a password by mistake, so it is not repeated.
    return Invalid(
        f"A place in BROADSHEET_BOUNCE_MAILBOXES cannot be listened at: {reason}. {_FORM}", field="bounce_mailboxes"
    )
