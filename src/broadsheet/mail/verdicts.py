"""Judges what a server's reply says of a mailbox, whether it came while sending or later in a report.

What follows for the address is `standing`'s matter.
One rule for both: a reply that blames us, or this one mail, says nothing of the mailbox and never counts against it.
"""

import re
from enum import StrEnum

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")  # RFC 3463
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")  # RFC 5321, 4.2
# RFC 3463 and 5248: bad mailbox, system or syntax; moved; domain without mail; disabled.
_GONE = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
_ABOUT_US = frozenset({(1, 7), (1, 8), (2, 3), (3, 4)})  # our own address; this mail is too large
_BLAMING = re.compile(
    r"\b(spam|junk|policy|polic[iy]es|reputation|black ?list\w*|block ?list\w*|blocked|rbl|dnsbl|dmarc|dkim|spf|"
    r"rate.?limit\w*|throttl\w*|too many|unauthenticated|banned|virus|malware|relay\w*|content|sender)\b",
    re.IGNORECASE,
)
_FULL = re.compile(r"\b(full|quota|over ?limit|insufficient (system )?storage|exceed\w* (its |the )?storage)\b", re.I)
_UNKNOWN = re.compile(
    r"\b(no such|unknown|does(n't| not) exist|not (be )?found|no mailbox|invalid (recipient|address|mailbox|user)|"
    r"(user|account|mailbox|recipient|address)( is| has been)? (disabled|closed|inactive|deactivated|unavailable)|"
    r"not a (valid|known) (user|mailbox|recipient)|no longer|undeliverable address)\b",
    re.IGNORECASE,
)


class Verdict(StrEnum):
    """What a reply says of a mailbox."""

    GONE = "gone"  # it is not there, for good
    WEAK = "weak"  # full, or out of reach: another day may be better
    BLOCKED = "blocked"  # it was us, or this mail: nothing of the mailbox


def judge(words: str, *, permanent: bool, status: str = "", of_mail: bool = False) -> Verdict:
    """Judge a refusal by the words of a server, and the `status` (such as 5.1.1) of a report where there is one.

    The most exact code decides: one in the words before that of the report. Without any, the words do, and then the
    three digits of the reply, unless it is the answer to a whole mail (`of_mail`), whose mailbox was taken before.
    A refusal that is not `permanent` is never `GONE`.
    """
    kind, subject, detail = _code(words, status, permanent)
    if subject == 7 or (subject, detail) in _ABOUT_US or subject == 6:
        return Verdict.BLOCKED
    if kind == 4:
        return Verdict.BLOCKED if _BLAMING.search(words) else Verdict.WEAK
    if (subject, detail) in _GONE:
        return Verdict.GONE
    if subject in (0, 1) or (subject, detail) == (5, 0):
        return _by_words(words, reported=bool(status), of_mail=of_mail)
    return Verdict.WEAK


def status_of(words: str) -> str:
    """Return the code of RFC 3463 that stands first in a server's words, empty where none does."""
    found = _STATUS.search(words)
    return found[0] if found else ""


def _code(words: str, status: str, permanent: bool) -> tuple[int, int, int]:
    """Return class, subject and detail, the most exact there is; zeros for what nobody said."""
    codes = [tuple(map(int, found.groups())) for found in map(_STATUS.search, (words, status)) if found]
    exact = next((code for code in codes if code[1:] != (0, 0)), None) or next(iter(codes), (0, 0, 0))
    return (5 if permanent else 4), exact[1], exact[2]


def _by_words(words: str, *, reported: bool, of_mail: bool) -> Verdict:
    if _FULL.search(words):
        return Verdict.WEAK
    if _UNKNOWN.search(words):
        return Verdict.GONE
    if _BLAMING.search(words):
        return Verdict.BLOCKED
    reply = _REPLY.search(words)
    if of_mail:
        return Verdict.BLOCKED
    if reply is None:
        return Verdict.GONE if reported else Verdict.BLOCKED
    match reply[1]:
        case "551":
            return Verdict.GONE
        case "550" | "552" | "553":  # 550 also stands for policies (RFC 5321, 4.2.3): who says no more is not believed
            return Verdict.WEAK
    return Verdict.BLOCKED
