"""What an answer of Amazon SES means for the mail: taken, refused, put off, or that no mail leaves for now.

How often and how long a slowed sender waits is `transport`'s matter.
Only what is surely about the mail or its address is refused for good: an answer that nobody foresaw puts off, since a
wrong setting would otherwise cost every reader the day's mail.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from broadsheet.errors import Unavailable
from broadsheet.mail.replies import Refused, without_addresses
from broadsheet.mail.verdicts import Verdict

_SLOWER = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"})
# The key, the account, its sender, its settings: no other mail would fare better.
_OF_ACCOUNT = frozenset(
    {
        "AccessDeniedException",
        "AccountSuspendedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MailFromDomainNotVerifiedException",
        "MissingAuthenticationTokenException",
        "NotFoundException",
        "SendingPausedException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_UNVERIFIED = re.compile(r"\bnot verified\b", re.IGNORECASE)
_QUOTA = re.compile(r"\bquota\b", re.IGNORECASE)
_BAD_ADDRESS = re.compile(
    r"\b(illegal address|invalid (email |recipient )?address|address blacklisted|inactive recipient|"
    r"missing (final|local|start|end)\b|(domain|local address|local part)( name)? (contains|starts|ends))",
    re.IGNORECASE,
)


class Means(StrEnum):
    """What follows from an answer."""

    TAKEN = "taken"
    SLOWER = "slower"
    NONE_NOW = "none now"
    BROKEN = "broken"
    BAD_ADDRESS = "bad address"
    BAD_MAIL = "bad mail"
    UNFORESEEN = "unforeseen"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `kind` is the error's name, `wait` how many seconds the server asks to wait, None for no word."""

    status: int
    kind: str = ""
    words: str = ""
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    wait: float | None = None

    @property
    def said(self) -> str:
        """Status, name and words in one line without addresses, ending in a full stop."""
        told = " ".join(filter(None, [str(self.status), self.kind, self.words]))
        return without_addresses(told).rstrip(".") + "."

    @property
    def means(self) -> Means:
        """What follows."""
        if 200 <= self.status < 300:
            return Means.TAKEN
        if self.status == 429 or self.kind in _SLOWER:
            return Means.NONE_NOW if _QUOTA.search(self.words) else Means.SLOWER
        if self.status in (401, 403, 404) or self.kind in _OF_ACCOUNT or 300 <= self.status < 400:
            return Means.NONE_NOW
        if self.status >= 500:
            return Means.BROKEN
        if _UNVERIFIED.search(self.words):
            return Means.NONE_NOW
        if _BAD_ADDRESS.search(self.words):
            return Means.BAD_ADDRESS
        return Means.BAD_MAIL if self.kind == "MessageRejected" else Means.UNFORESEEN


def failure(answer: Answer, server: str) -> Refused | Unavailable:
    """Return the error for an answer that takes no mail and asks for no slower pace."""
    said = f"{server} answered {answer.said}"
    match answer.means:
        case Means.NONE_NOW:
            return Unavailable(f"{said} No mail leaves until that is mended; all wait. {_todo(answer)}", value=server)
        case Means.BROKEN:
            return Refused(said, permanent=False, lost=True)
        case Means.BAD_ADDRESS:
            return Refused(said, permanent=True, verdict=Verdict.GONE)
        case Means.BAD_MAIL:
            return Refused(said, permanent=True)
    return Refused(said, permanent=False, personal=True)


def _todo(answer: Answer) -> str:
    if _QUOTA.search(answer.words):
        return "Wait, or ask AWS for a larger quota."
    if _UNVERIFIED.search(answer.words) or answer.kind == "MailFromDomainNotVerifiedException":
        return "Verify the sender's domain with SES; an account in the sandbox writes to verified addresses alone."
    if answer.kind in ("AccountSuspendedException", "SendingPausedException"):
        return "Look into the SES console why sending is paused."
    if answer.status == 404:
        return "Look whether BROADSHEET_SES_REGION and BROADSHEET_SES_CONFIGURATION_SET are right."
    return "Check BROADSHEET_SES_KEY_ID and BROADSHEET_SES_SECRET_KEY, and that this user may do ses:SendEmail."
