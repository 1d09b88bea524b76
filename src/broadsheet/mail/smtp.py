"""Hands mails to one SMTP server over a few connections that are kept open between mails.

What is said on a connection is `session`'s matter, whom to write to and how often to try the sender's.
A connection carries one mail at a time, and no more connections are open than the settings or the server allow.
"""

from threading import Condition

from broadsheet.errors import Unavailable
from broadsheet.mail.replies import Last, Refused, always
from broadsheet.mail.server import Server
from broadsheet.mail.session import Begun, Reply, Session

__all__ = ["Server", "SmtpTransport"]

TIMEOUT_SECONDS = 30.0
MAILS_PER_CONNECTION = 100


class SmtpTransport:
    """A transport that any number of threads may use; each takes a connection that is free, or opens one."""

    def __init__(
        self,
        server: Server,
        *,
        connections: int = 1,
        mails_per_connection: int = MAILS_PER_CONNECTION,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._server = server
        self._timeout = timeout
        self._most, self._each = connections, mails_per_connection
        self._turn = Condition()
        self._idle: list[Session] = []
        self._open = 0  # connections, those that are being opened included
        self._room = connections  # how many the server is known to allow
        self._failed: tuple[int, Unavailable | None] = (0, None)

    @classmethod
    def from_url(cls, url: str) -> "SmtpTransport":
        """Make a transport to the server that `url` names; raises `Invalid`. Nothing is connected yet."""
        return cls(Server.from_url(url))

    @property
    def lanes(self) -> int:
        """How many mails it carries at a time."""
        return self._most

    def send(self, mail: bytes, *, sender: str, recipient: str, last: Last = always) -> None:
        """Hand one mail over; raises `Refused`, `Unsure`, `Withheld`, or `Unavailable` when no mail can leave now."""
        session = self._take()
        try:
            begun = session.begin(sender, recipient, len(mail))
            if session.mails > 1 and (begun.sender_refused or not begun.replies):
                session.hang_up(politely=not session.over)  # a kept connection that went stale is replaced once
                session = Session(self._server, self._timeout)
                begun = session.begin(sender, recipient, len(mail))
            self._insist(session, begun)
            session.finish(begun, mail, last)
        finally:
            self._put(session)

    def close(self) -> None:
        """Say goodbye to the server; the next mail connects anew."""
        with self._turn:
            left, self._idle = self._idle, []
            self._open -= len(left)
            self._room = self._most
            self._turn.notify_all()
        for session in left:
            session.hang_up(politely=True)

    def probe(self) -> str:
        """Connect, sign in and leave; return the version of TLS, empty in the clear. Raises `Unavailable`."""
        session = Session(self._server, self._timeout)
        spoken = session.tls
        session.hang_up(politely=True)
        return spoken

    def describe(self) -> str:
        """Return a sentence for pages: where mails go."""
        return f"Mails leave through the SMTP server {self._server}."

    def _insist(self, session: Session, begun: Begun) -> None:
        """Raise what follows where a new connection did not even take our sender."""
        if begun.sender_refused:
            session.hang_up(politely=not session.over and begun.sender_refused.code != 421)
            raise self._closed_to_us(begun.sender_refused)
        if begun.broken:
            raise session.lost(begun.broken) from begun.broken

    def _closed_to_us(self, reply: Reply) -> Refused | Unavailable:
        if reply.code < 500:
            return Refused(f"{self._server} puts us off: {reply.text}", permanent=False)
        return Unavailable(
            f"{self._server} takes no mail from our sender: {reply.text} "
            "Check BROADSHEET_MAIL_FROM and the user and password of BROADSHEET_SMTP_URL.",
            value=str(self._server),
        )

    def _take(self) -> Session:
        """Return a connection that is free, else a new one; waits for its turn. Raises `Unavailable`."""
        while True:
            with self._turn:
                failures = self._failed[0]
                while not self._idle and self._open >= self._room:
                    self._turn.wait()
                    if self._failed[0] != failures and self._failed[1]:
                        raise self._failed[1]
                if self._idle:
                    return self._idle.pop()
                self._open += 1
            try:
                return Session(self._server, self._timeout)
            except Unavailable as error:
                if not self._do_with_fewer(error):
                    raise

    def _do_with_fewer(self, error: Unavailable) -> bool:
        """After a connection that could not be opened: go on with those that are, if there are any."""
        with self._turn:
            self._open -= 1
            self._room = self._open or self._most
            if not self._open:
                self._failed = self._failed[0] + 1, error
                self._turn.notify_all()
            return self._open > 0

    def _put(self, session: Session) -> None:
        if not session.over and session.mails >= self._each:
            session.hang_up(politely=True)
        with self._turn:
            if session.over:
                self._open -= 1
            else:
                self._idle.append(session)
            self._turn.notify()
