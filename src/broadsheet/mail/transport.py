"""Carries a finished mail on its way: what every transport promises, and the two that there are.

What becomes of a delivery is the sender's matter.
A transport says exactly one of four things: handed over, refused, not handed over for want of a way, or unsure.
"""

from typing import Protocol

from broadsheet.mail.outbox import Outbox
from broadsheet.mail.replies import Refused, Unsure
from broadsheet.mail.smtp import SmtpTransport

__all__ = ["Outbox", "Refused", "SmtpTransport", "Transport", "Unsure"]


class Transport(Protocol):
    """A way for mails to leave."""

    def send(self, mail: bytes, *, sender: str, recipient: str) -> None:
        """Hand a composed mail over; raises `Refused`, `Unsure`, or `Unavailable` when no mail can leave now."""
        ...

    def close(self) -> None:
        """End what was kept open for the next mail; sending again is allowed."""
        ...

    def describe(self) -> str:
        """Return a sentence for pages: where mails go."""
        ...
