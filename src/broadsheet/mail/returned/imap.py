"""Reads returned mails from a folder of an IMAP server (RFC 3501), over TLS.

What they tell is `reading`'s matter.
A mail is fetched without marking it, and marked as seen, or moved, only when it is done: it wants a mailbox of its own,
for what somebody opens there first is not read any more.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from broadsheet.errors import Invalid, Unavailable
from broadsheet.mail.replies import without_addresses
from broadsheet.mail.returned.inboxes import Waiting
from broadsheet.mail.returned.parsed import LARGEST
from broadsheet.mail.server import is_loopback

TIMEOUT_SECONDS = 20.0
_FORM = "Write imaps://user:password@host/INBOX, with ?move=FOLDER and ?ca=FILE where they are wanted."
_NUMBER = re.compile(rb"\d{1,12}")


@dataclass(frozen=True, slots=True)
class Folder:
    """Which folder of which server; `move` is where done mails go, empty to leave them marked as seen."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    name: str = "INBOX"
    move: str = ""
    ca: str | None = None
    tls_now: bool = True

    @classmethod
    def from_url(cls, url: str) -> "Folder":
        """Read imaps://user:password@host:993/INBOX, or imap:// for STARTTLS; raises `Invalid`."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
            options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        except ValueError as error:
            raise _bad_url(str(error)) from error
        if not (host and parts.username and parts.password):
            raise _bad_url("it names no host, user or password")
        unknown = options.keys() - {"move", "ca"}
        if unknown:
            raise _bad_url(f"{min(unknown)!r} is no option")
        tls_now = parts.scheme == "imaps"
        return cls(
            host,
            port or (993 if tls_now else 143),
            unquote(parts.username),
            unquote(parts.password),
            unquote(parts.path.strip("/")) or "INBOX",
            options.get("move", [""])[0],
            options.get("ca", [None])[0],
            tls_now,
        )

    def __str__(self) -> str:
        return f"the folder {self.name} at {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class _Fetched:
    """One mail of the folder."""

    inbox: "ImapInbox"
    connection: imaplib.IMAP4
    uid: str
    raw: bytes
    recipients: Sequence[str] = ()

    def done(self) -> None:
        self.inbox.finish(self.connection, self.uid)


class ImapInbox:
    """One folder; a connection lasts as long as its mails are read."""

    def __init__(self, folder: Folder, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._folder = folder
        self._timeout = timeout

    def waiting(self, most: int) -> Iterator[Waiting]:
        """Yield unseen mails in the order in which they came; raises `Unavailable`."""
        connection = self._open(readonly=False)
        try:
            found = self._ask(connection, "SEARCH", "UNSEEN")
            for uid in [number.decode("ascii") for number in _NUMBER.findall(b" ".join(filter(None, found)))][:most]:
                yield _Fetched(self, connection, uid, self._fetch(connection, uid))
        finally:
            _leave(connection)

    def probe(self) -> None:
        """Sign in and look at the folder without changing it; raises `Unavailable`."""
        _leave(self._open(readonly=True))

    def describe(self) -> str:
        """Return what it is."""
        return str(self._folder)

    def finish(self, connection: imaplib.IMAP4, uid: str) -> None:
        """Mark a mail as seen, and move it where that is wanted; raises `Unavailable`."""
        self._ask(connection, "STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        if not self._folder.move:
            return
        target = _quoted(self._folder.move)
        if "MOVE" in connection.capabilities:
            self._ask(connection, "MOVE", uid, target)
            return
        self._ask(connection, "COPY", uid, target)
        self._ask(connection, "STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in connection.capabilities:  # a plain EXPUNGE would take what others marked as well
            self._ask(connection, "EXPUNGE", uid)

    def _fetch(self, connection: imaplib.IMAP4, uid: str) -> bytes:
        found = self._ask(connection, "FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
        return next((bytes(one[1]) for one in found if isinstance(one, tuple)), b"")

    def _ask(self, connection: imaplib.IMAP4, *words: str) -> list[Any]:
        try:
            status, found = connection.uid(*words)
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._unusable(str(error)) from error
        if status != "OK":
            raise self._unusable(f"it refused {words[0]}: {_said(found)}")
        return found

    def _open(self, *, readonly: bool) -> imaplib.IMAP4:
        folder = self._folder
        connection: imaplib.IMAP4 | None = None
        try:
            tls = ssl.create_default_context(cafile=folder.ca)
            if folder.tls_now:
                connection = imaplib.IMAP4_SSL(folder.host, folder.port, ssl_context=tls, timeout=self._timeout)
            else:
                connection = imaplib.IMAP4(folder.host, folder.port, timeout=self._timeout)
                self._encrypt(connection, tls)
            connection.login(folder.user, folder.password)
            # What a server can do it may tell only to those it knows; the library asks before.
            connection.capabilities = tuple(_said(connection.capability()[1]).upper().split())
            status, found = connection.select(_quoted(folder.name), readonly=readonly)
        except ssl.SSLCertVerificationError as error:
            _leave(connection)
            reason = f"its certificate does not hold: {error.verify_message}; ?ca=FILE names another authority"
            raise self._unusable(reason) from error
        except (imaplib.IMAP4.error, OSError) as error:
            _leave(connection)
            raise self._unusable(str(error)) from error
        if status != "OK":
            _leave(connection)
            raise self._unusable(f"it has no such folder: {_said(found)}")
        return connection

    def _encrypt(self, connection: imaplib.IMAP4, tls: ssl.SSLContext) -> None:
        if "STARTTLS" in connection.capabilities:
            connection.starttls(tls)
        elif not is_loopback(self._folder.host):
            raise OSError("it offers no TLS, and the password is not sent in the clear; use imaps://")

    def _unusable(self, reason: str) -> Unavailable:
        return Unavailable(
            f"Returned mails in {self._folder} cannot be read ({without_addresses(reason).rstrip('.')}). They wait; "
            "check BROADSHEET_BOUNCE_MAILBOXES.",
            value=str(self._folder),
        )


def _said(found: list[Any]) -> str:
    return b" ".join(one for one in found if isinstance(one, bytes)).decode("utf-8", "replace")


def _quoted(name: str) -> str:
    """Return a folder's name as IMAP writes it: in quotes, modified UTF-7 beyond ASCII (RFC 3501, 5.1.3)."""
    parts = re.split(r"([^ -~]+)", name)
    coded = [_utf7(part) if index % 2 else part.replace("&", "&-") for index, part in enumerate(parts)]
    return '"' + "".join(coded).replace("\\", r"\\").replace('"', r"\"") + '"'


def _utf7(text: str) -> str:
    return text.encode("utf-7").decode("ascii").replace("+", "&", 1).replace("/", ",")


def _leave(connection: imaplib.IMAP4 | None) -> None:
    if connection is not None:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.logout()
        with suppress(OSError):
            connection.shutdown()


def _bad_url(reason: str) -> Invalid:
    # The value itself may hold a password, so it is not repeated.
    return Invalid(
        f"A place in BROADSHEET_BOUNCE_MAILBOXES cannot be used: {reason}. {_FORM}", field="bounce_mailboxes"
    )
