"""Finds out what an event of Amazon SES tells, and of which of our mails: in the form of what a returned mail tells.

Whether it is Amazon's at all, `notices` decides; what follows, `mail.returned.intake`.
Which mail it is about stands in the tag that the mail left with, or in a header of it; its address is not read.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from broadsheet.mail.replies import without_addresses
from broadsheet.mail.returned.reading import Kind, Told
from broadsheet.mail.ses.transport import TAG
from broadsheet.mail.verdicts import Verdict, judge

_ID = re.compile(r"[0-9a-f]{32}")
_NO_COMPLAINT = frozenset({"not-spam", "auth-failure"})
_ON_A_LIST = frozenset({"Suppressed", "OnAccountSuppressionList"})  # Amazon's own, or the account's: nothing was tried
_ABOUT_THE_MAIL = frozenset({"MessageTooLarge", "ContentRejected", "AttachmentRejected"})


def told_by(message: str) -> Told:
    """Return what an event tells; never raises for what stands in it."""
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return Told(Kind.OTHER)
    event = _table(event)
    mail_id = _mail_id(_table(event.get("mail")))
    kind = str(event.get("eventType") or event.get("notificationType") or "")
    if not mail_id:
        return Told(Kind.OTHER)
    match kind:
        case "Bounce":
            return _bounce(_table(event.get("bounce")), mail_id)
        case "Complaint":
            return _complaint(_table(event.get("complaint")), mail_id)
        case "Reject":  # a virus, so Amazon thinks: nothing of the mailbox
            words = without_addresses(str(_table(event.get("reject")).get("reason", "")))
            return Told(Kind.BOUNCE, mail_id, Verdict.BLOCKED, words)
        case "DeliveryDelay":
            return Told(Kind.DELAYED, mail_id)
    return Told(Kind.OTHER, mail_id)


def _bounce(bounce: Mapping[str, Any], mail_id: str) -> Told:
    kind, detail = str(bounce.get("bounceType", "")), str(bounce.get("bounceSubType", ""))
    recipients = bounce.get("bouncedRecipients")
    first = _table(recipients[0]) if isinstance(recipients, list) and recipients else {}
    said = " ".join(filter(None, [kind, detail, str(first.get("diagnosticCode") or "")]))
    verdict = _verdict(kind, detail, str(first.get("diagnosticCode") or ""), str(first.get("status") or ""))
    return Told(Kind.BOUNCE, mail_id, verdict, without_addresses(said))


def _verdict(kind: str, detail: str, words: str, status: str) -> Verdict:
    if detail in _ABOUT_THE_MAIL:
        return Verdict.BLOCKED
    if kind == "Permanent":
        if detail in _ON_A_LIST or detail == "NoEmail":
            return Verdict.GONE
        return judge(words, permanent=True, status=status or "5.0.0")
    return judge(words or detail, permanent=False, status=status)


def _complaint(complaint: Mapping[str, Any], mail_id: str) -> Told:
    if complaint.get("complaintSubType") in _ON_A_LIST:  # an old complaint of another's mail: this one went nowhere
        return Told(Kind.BOUNCE, mail_id, Verdict.GONE, "on the account's suppression list")
    kind = str(complaint.get("complaintFeedbackType") or "abuse")[:40]
    return Told(Kind.OTHER, mail_id) if kind in _NO_COMPLAINT else Told(Kind.COMPLAINT, mail_id, words=kind)


def _mail_id(mail: Mapping[str, Any]) -> str:
    tagged = _table(mail.get("tags")).get(TAG)
    headers = mail.get("headers")
    named = [
        _table(header).get("value")
        for header in (headers if isinstance(headers, list) else [])
        if str(_table(header).get("name", "")).lower() == "x-broadsheet-delivery"
    ]
    found = [*(tagged if isinstance(tagged, list) else []), *named]
    return next((text for one in found if _ID.fullmatch(text := str(one))), "")


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
