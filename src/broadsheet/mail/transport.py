"""Carries a finished mail on its way: what every transport promises, and those for everybody; `ses` holds another.

What becomes of a delivery is the sender's matter.
A transport says exactly one of five things: handed over, refused, withheld, not handed over for want of a way, unsure.
"""

from typing import Protocol

from broadsheet.mail.outbox import Outbox
from broadsheet.mail.replies import Last, Refused, Unsure, Withheld, always
from broadsheet.mail.smtp import SmtpTransport

__all__ = ["Outbox", "Refused", "SmtpTransport", "Transport", "Unsure", "Withheld"]


class Transport(Protocol):
    """A way for mails to leave."""

    def send(self, mail: bytes, *, sender: str, recipient: str, last: Last = always) -> None:
        """Hand a composed mail over; raises `Refused`, `Unsure`, or `Unavailable` when no mail can leave now.

        `last` is asked once, before the first byte of the mail leaves: where it says no, nothing does, and `Withheld`
        is raised.
        """
        ...

    @property
    def lanes(self) -> int:
        """How many mails it carries at a time, each handed over by a thread of its own."""
        ...

    def close(self) -> None:
        """End what was kept open for the next mail; sending again is allowed."""
        ...

    def describe(self) -> str:
        """Return a sentence for pages: where mails go."""
        ...
