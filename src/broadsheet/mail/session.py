"""One connection to an SMTP server: TLS, sign-in, one mail after another, and what each reply means for the mail.

How many connections there are is `smtp`'s matter.
Only between the last byte of a mail and the reply to it can it get lost or doubled: what breaks there is `Unsure`.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.mail.replies import Last, Refused, Unsure, Withheld, without_addresses
from broadsheet.mail.server import Server
from broadsheet.mail.verdicts import judge

# RFC 5321, 4.5.3.2.6: a server may think about a whole mail for ten minutes, and who asks again too soon mails twice.
LAST_WORD = 10  # times as long as for any other reply
_OF_ONE_MAILBOX = re.compile(r"^4\.2\.")  # full, disabled for now, …: says nothing about its neighbours
_BROKEN = (smtplib.SMTPServerDisconnected, OSError)


@dataclass(frozen=True, slots=True)
class Reply:
    """A code and the words behind it."""

    code: int
    words: bytes

    @property
    def text(self) -> str:
        """Code and words in one line without addresses, ending in a full stop."""
        return f"{self.code} {without_addresses(self.words.decode('utf-8', 'replace'))}".strip().rstrip(".") + "."


class Session:
    """An open connection; once `over` it carries nothing more. Used by one thread at a time."""

    def __init__(self, server: Server, timeout: float) -> None:
        """Connect and sign in; `timeout` in seconds goes for each reply. Raises `Unavailable`."""
        self._server = server
        self._timeout = timeout
        self._smtp = _connect(server, timeout)
        self._pipelines = self._smtp.has_extn("pipelining")
        self.mails = 0
        self.over = False

    @property
    def tls(self) -> str:
        """The version of TLS that is spoken, empty in the clear."""
        return (self._smtp.sock.version() or "") if isinstance(self._smtp.sock, ssl.SSLSocket) else ""

    def begin(self, sender: str, recipient: str, size: int) -> "Begun":
        """Offer a mail of `size` bytes; raises `Refused` for an address that the server cannot write.

        Where the server reads several commands at once (RFC 2920) they leave together, which saves two ways there and
        back for each mail.
        """
        commands = [
            f"MAIL FROM:<{sender}>{self._options(recipient, size)}\r\n".encode(),
            f"RCPT TO:<{recipient}>\r\n".encode(),
            b"DATA\r\n",
        ]
        replies: list[Reply] = []
        self.mails += 1
        try:
            self._be_patient(self._timeout)
            if self._pipelines:
                self._smtp.send(b"".join(commands))
            for command, right in zip(commands, ((250,), (250, 251, 252), (354,)), strict=True):
                if not self._pipelines:
                    self._smtp.send(command)
                replies.append(self._reply())
                if not self._pipelines and replies[-1].code not in right:
                    break
        except _BROKEN as error:
            self.hang_up()
            return Begun(replies, error)
        return Begun(replies)

    def finish(self, begun: "Begun", mail: bytes, last: Last) -> None:
        """Hand over the mail that was begun, unless `last` says no; raises `Refused`, `Unsure` or `Withheld`."""
        if not begun.goes_on:
            self._take_back(begun)
            raise self._refusal(begun.last)
        leaves = False
        try:
            leaves = last()
        finally:
            if not leaves:
                self.hang_up()  # nothing else takes back that a mail comes now
        if not leaves:
            raise Withheld
        try:
            # As long as the last dot has not left, the server must not take the mail (RFC 5321, 4.1.1.4).
            self._smtp.send(_dotted(mail) + b".\r\n")
        except _BROKEN as error:
            raise self.lost(error) from error
        try:
            self._be_patient(self._timeout * LAST_WORD)
            reply = self._reply()
        except _BROKEN as error:
            self.hang_up()
            raise Unsure(f"{self._server} broke the connection off before it answered ({_words(error)}).") from error
        if reply.code != 250:
            self._reset(reply)
            raise self._refusal(reply, of_mail=True)

    def lost(self, error: Exception) -> Refused:
        """Return what it means for a mail under way that the connection broke."""
        self.hang_up()
        return Refused(f"{self._server} broke the connection off ({_words(error)}).", permanent=False, lost=True)

    def hang_up(self, *, politely: bool = False) -> None:
        """End the connection."""
        self.over = True
        if politely:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
        else:
            self._smtp.close()

    def _options(self, recipient: str, size: int) -> str:
        if not set(recipient).isdisjoint("\r\n\0"):
            raise Refused("The address cannot be said to a mail server.", permanent=True)
        options = f" SIZE={size}" if self._smtp.has_extn("size") else ""  # too large a mail is refused before it leaves
        if recipient.isascii():
            return options
        if not self._smtp.has_extn("smtputf8"):
            raise Refused("The mail server takes only addresses in ASCII (it offers no SMTPUTF8).", permanent=True)
        return f"{options} SMTPUTF8 BODY=8BITMIME"

    def _be_patient(self, seconds: float) -> None:
        if self._smtp.sock:
            self._smtp.sock.settimeout(seconds)

    def _reply(self) -> Reply:
        return Reply(*self._smtp.getreply())

    def _take_back(self, begun: "Begun") -> None:
        """Make the connection fit for the next mail after one that was not taken."""
        try:
            if begun.waits_for_mail:  # it said yes to DATA for nobody: it gets a mail of nothing (RFC 2920, 3.1)
                self._smtp.send(b".\r\n")
                self._reply()
        except _BROKEN:
            self.hang_up()
        self._reset(begun.last)

    def _reset(self, reply: Reply) -> None:
        try:
            if self.over or reply.code == 421 or self._smtp.rset()[0] != 250:
                self.hang_up()
        except _BROKEN:
            self.hang_up()

    def _refusal(self, reply: Reply, *, of_mail: bool = False) -> Refused:
        words = reply.words.decode("utf-8", "replace")
        return Refused(
            f"{self._server} answered {reply.text}",
            permanent=reply.code >= 500,
            verdict=judge(f"{reply.code} {words}", permanent=reply.code >= 500, of_mail=of_mail),
            personal=bool(_OF_ONE_MAILBOX.match(words)),
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """The replies to MAIL, RCPT and DATA as far as they came, and what broke the connection."""

    replies: list[Reply]
    broken: Exception | None = None

    @property
    def sender_refused(self) -> Reply | None:
        """The reply to our own address where it is no yes."""
        return self.replies[0] if self.replies and self.replies[0].code != 250 else None

    @property
    def last(self) -> Reply:
        """The first reply that is no yes, else that to DATA."""
        taken = len(self.replies) > 1 and self.replies[1].code in {250, 251, 252}
        return self.sender_refused or (self.replies[2] if taken else self.replies[1])

    @property
    def goes_on(self) -> bool:
        """Whether the server wants the mail."""
        return self.last.code == 354

    @property
    def waits_for_mail(self) -> bool:
        """Whether the server said yes to DATA though it refused what stands before it."""
        return len(self.replies) == 3 and self.replies[2].code == 354 and not self.goes_on


def _connect(server: Server, timeout: float) -> smtplib.SMTP:
    connection: smtplib.SMTP | None = None
    try:
        if server.tls == "now":
            connection = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=_trust(server.ca))
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=timeout)
        connection.ehlo_or_helo_if_needed()
        if server.tls in ("offered", "required") and connection.has_extn("starttls"):
            connection.starttls(context=_trust(server.ca))
            connection.ehlo()
        elif server.tls == "required" or (server.tls != "now" and server.user and not server.is_here):
            _refuse_the_clear(server)
        if server.user:
            connection.login(server.user, server.password)
    except Unavailable:
        _abandon(connection)
        raise
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


def _trust(ca: str | None) -> ssl.SSLContext:
    """Return whom we trust; to read the system’s certificates takes 20 ms, and a file may have changed."""
    return _read_trust(ca, Path(ca).stat().st_mtime_ns if ca else 0)


@lru_cache(maxsize=4)
def _read_trust(ca: str | None, _written: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


def _refuse_the_clear(server: Server) -> None:
    what = "mails are" if server.tls == "required" else "the password is"
    raise Unavailable(
        f"{server} offers no encryption, and {what} not sent in the clear. "
        "Use smtps:// or the port at which it offers STARTTLS.",
        value=str(server),
    )


def _dotted(mail: bytes) -> bytes:
    """Double the dots that lines begin with (RFC 5321, 4.5.2)."""
    return b"." * mail.startswith(b".") + mail.replace(b"\r\n.", b"\r\n..")


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return Reply(error.smtp_code, said if isinstance(said, bytes) else str(said).encode()).text.rstrip(".")
    return without_addresses(str(error) or type(error).__name__).rstrip(".")


def _abandon(connection: smtplib.SMTP | None) -> None:
    if connection is not None:
        connection.close()
