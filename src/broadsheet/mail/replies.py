"""What can become of one mail at the moment of handing it over, as errors, and servers' words made fit for a log.

What follows for the delivery is the sender's matter.
A server's reply often repeats the recipient: it goes through `without_addresses` before anyone keeps it.
"""

import re
from collections.abc import Callable

from broadsheet.errors import BroadsheetError
from broadsheet.mail.letter import line
from broadsheet.mail.verdicts import Verdict

Last = Callable[[], bool]  # says at the last moment whether a mail may leave
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")


class Refused(BroadsheetError):  # noqa: N818 - named for what happened, like its siblings
    """This one mail was not taken; nothing of it was handed over.

    `permanent` tells a 5xx from a 4xx reply, `lost` that the connection broke instead of a reply,
    `verdict` what the reply says of the mailbox, `personal` that a 4xx is about this mailbox alone.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        lost: bool = False,
        verdict: Verdict = Verdict.BLOCKED,
        personal: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.lost = lost
        self.verdict = verdict
        self.personal = personal


class Unsure(BroadsheetError):  # noqa: N818
    """The whole mail was handed over and no reply came: nobody here knows whether it was taken."""


class Withheld(BroadsheetError):  # noqa: N818
    """The sender took it back at the last moment; nothing of it was handed over."""

    def __init__(self) -> None:
        super().__init__("The mail is not wanted any more.")


def always() -> bool:
    """Let a mail leave."""
    return True


def without_addresses(reply: str) -> str:
    """Return a server's words as one short line, with everything shaped like an address taken out."""
    return line(_ADDRESS.sub("[address]", reply))
