"""Hands mails to Amazon SES, whole as they are, several at a time, no faster than it likes.

What an answer means is `answers`' matter, whom to write to and how often to try the sender's.
A request whose end nobody saw leaves the mail unsure, as over SMTP. Whoever is told to go slower waits for all.
"""

import re
from base64 import b64encode
from datetime import datetime, timedelta
from threading import Lock

from broadsheet.clock import Clock
from broadsheet.errors import Unavailable
from broadsheet.mail.replies import Last, Refused, Unsure, Withheld, always
from broadsheet.mail.ses.answers import Means, failure
from broadsheet.mail.ses.client import Client
from broadsheet.outgoing import NoAnswer

# SES writes these anew, says so, and asks not to sign them; a second DKIM-Signature it does not take.
REWRITTEN = frozenset({"message-id", "date", "return-path", "bounces-to"})
TAG = "broadsheet"  # under which a notice names the mail
LONGEST_WAIT = 20.0  # seconds; whoever has to wait longer comes back with the next run
MOST_TRIES = 6
_FIRST_WAIT = 0.5
_MAIL_ID = re.compile(rb"^X-Broadsheet-Delivery: ([0-9a-f]{32})\r$", re.MULTILINE | re.IGNORECASE)


class SesTransport:
    """A transport that any number of threads may use."""

    def __init__(self, client: Client, clock: Clock, *, lanes: int = 1) -> None:
        self._client = client
        self._clock = clock
        self._lanes = lanes
        self._lock = Lock()
        self._free_at: datetime | None = None

    @property
    def lanes(self) -> int:
        """How many mails it carries at a time."""
        return self._lanes

    def send(self, mail: bytes, *, sender: str, recipient: str, last: Last = always) -> None:
        """Hand one mail over; raises `Refused`, `Unsure`, `Withheld`, or `Unavailable` when no mail can leave now."""
        if not recipient.isascii():
            raise Refused("Amazon SES takes only addresses in ASCII.", permanent=True)
        told = self._request(mail, sender, recipient)
        self._wait()
        if not last():
            raise Withheld
        for tried in range(MOST_TRIES):
            self._wait()
            try:
                answer = self._client.send(told)
            except NoAnswer as lost:
                raise Unsure(f"{self._client.account}: {lost.cause}.") from lost
            if answer.means is Means.TAKEN:
                return
            if answer.means is not Means.SLOWER:
                raise failure(answer, str(self._client.account))
            self._slow_down(answer.wait, tried)
        raise Unavailable(
            f"{self._client.account} asked {MOST_TRIES} times running for a slower pace; mails wait for the next run. "
            "Lower BROADSHEET_MAIL_RATE to the account's own rate.",
            value=str(self._client.account),
        )

    def close(self) -> None:
        """Nothing is kept open."""

    def describe(self) -> str:
        """Return a sentence for pages: where mails go."""
        return f"Mails leave through {self._client.account}."

    def _request(self, mail: bytes, sender: str, recipient: str) -> dict[str, object]:
        named = _MAIL_ID.search(mail)
        settings = self._client.account.configuration_set
        return {
            "Destination": {"ToAddresses": [recipient]},
            "Content": {"Raw": {"Data": b64encode(mail).decode("ascii")}},
            "FeedbackForwardingEmailAddress": sender,
            **({"EmailTags": [{"Name": TAG, "Value": named[1].decode("ascii")}]} if named else {}),
            **({"ConfigurationSetName": settings} if settings else {}),
        }

    def _wait(self) -> None:
        """Let the pause pass that any thread was told of; raises `Unavailable` for one too long to wait."""
        with self._lock:
            rest = (self._free_at - self._clock.now()).total_seconds() if self._free_at else 0.0
        if rest > LONGEST_WAIT:
            account = self._client.account
            raise Unavailable(f"{account} wants a pause of {rest:.0f} more seconds; mails wait.", value=str(account))
        if rest > 0:
            self._clock.sleep(rest)

    def _slow_down(self, asked: float | None, tried: int) -> None:
        until = self._clock.now() + timedelta(seconds=asked if asked is not None else _FIRST_WAIT * 2**tried)
        with self._lock:
            self._free_at = max(self._free_at or until, until)
