"""Reads the two kinds of report that have a form: of failed deliveries (RFC 3464) and of complaints (RFC 5965).

Which mail a report is about, `reading` finds out.
What a report says is its sender's word: nothing in it is believed about whose mail it was.
"""

from dataclasses import dataclass
from email.message import Message

from broadsheet.mail.returned.parsed import Mail, header, headers, parse, parts, text
from broadsheet.mail.verdicts import Verdict, judge

MOST_GROUPS = 20
_MILDEST_LAST = (Verdict.GONE, Verdict.WEAK, Verdict.BLOCKED)
_STATUSES = ("message/delivery-status", "message/global-delivery-status")  # the second by RFC 6533
_OBJECTIONS = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"})


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says of our mail: the verdict, None where it is not lost, and a server's words."""

    verdict: Verdict | None
    words: str


def failure(mail: Mail) -> Failure | None:
    """Return what a report of a delivery says; None for a mail that is none.

    Each of our mails has one recipient. Where a forwarder's report tells of several, the mildest verdict counts.
    """
    groups = [group for part in parts(mail) for group in _groups(part, *_STATUSES)]
    told = [group for group in groups if header(group, "Action") or header(group, "Status")]
    if not told:
        return None
    found = [_judged(group) for group in told]
    lost = [one for one in found if one.verdict is not None]
    if len(lost) < len(found):
        return next(one for one in found if one.verdict is None)
    return max(lost, key=lambda one: _MILDEST_LAST.index(one.verdict or Verdict.BLOCKED))


def objection(mail: Mail) -> str | None:
    """Return what a reader complains of, such as `abuse`; None for a mail that is no complaint.

    A report that a mail is no spam, or of a failed signature, is none.
    """
    for part in parts(mail):
        for group in _groups(part, "message/feedback-report"):
            kind = header(group, "Feedback-Type").lower()
            if kind in _OBJECTIONS:
                return kind
    return None


def is_feedback(mail: Mail) -> bool:
    """Whether the mail has the form of RFC 5965, whatever it says."""
    return any(part.get_content_type() == "message/feedback-report" for part in parts(mail))


def envelope_senders(mail: Mail) -> list[str]:
    """Return the envelope senders that a complaint names for the mail that it is about."""
    found = [group for part in parts(mail) for group in _groups(part, "message/feedback-report")]
    return [value for group in found for value in headers(group, "Original-Mail-From")]


def subject_of(mail: Mail) -> Mail | None:
    """Return the mail that a report holds, or its headers; None where it holds neither."""
    for part in parts(mail):
        kind = part.get_content_type()
        inner = part.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list) and inner:
            return inner[0] if isinstance(inner[0], Message) else None
        if kind in ("text/rfc822-headers", "message/rfc822-headers"):
            return _fields(text(part))
    return None


def _judged(group: Mail) -> Failure:
    action, status = header(group, "Action").lower(), header(group, "Status")
    words = header(group, "Diagnostic-Code")
    if action in ("delayed", "delivered", "relayed", "expanded") or (not action and status.startswith("2")):
        return Failure(None, words)
    permanent = not status.startswith("4")
    return Failure(judge(words, permanent=permanent, status=status), words or status)


def _groups(part: Mail, *kinds: str) -> list[Mail]:
    """Return the groups of fields of a part of these kinds: the parser makes a mail of each, or of the first alone."""
    inner = part.get_payload()
    if part.get_content_type() not in kinds:
        return []
    if not isinstance(inner, list):
        return [_fields(block) for block in text(part).split("\n\n")[:MOST_GROUPS]]
    found = [group for group in inner[:MOST_GROUPS] if isinstance(group, Message)]
    return found + [_fields(block) for group in found[-1:] for block in text(group).split("\n\n")[:MOST_GROUPS]]


def _fields(block: str) -> Mail:
    return parse(block.strip().encode("utf-8", "replace"))
