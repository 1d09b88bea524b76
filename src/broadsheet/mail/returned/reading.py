"""Finds out what a mail that came back tells, and about which of our mails.

What follows from it is `intake`'s matter, where mails are read from `inboxes`'.
Whose mail it is about a token in one of our own addresses tells, and nothing else; a complaint, which comes to no such
address, may name a mail by the id in the headers that it repeats: nobody can guess one (128 random bits).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from broadsheet.mail.envelope import Returned, ReturnPath
from broadsheet.mail.replies import without_addresses
from broadsheet.mail.returned import reports
from broadsheet.mail.returned.odd import odd_failure
from broadsheet.mail.returned.parsed import Mail, addresses, header, headers, is_from_machine, parse
from broadsheet.mail.verdicts import Verdict

# Where servers and mail programs write for whom a mail was.
_FOR = ("Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RCPT-To", "To", "Cc")
_OF_OURS = ("Return-Path", "X-Original-Mail-From", "List-Unsubscribe")
_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@")
_ID = re.compile(r"[0-9a-f]{32}")
_IN_BRACKETS = re.compile(r"<(?:mailto:)?([^<>?\s]+)[^<>]*>")
_AWAY = re.compile(r"(auto(matic)?[ -]?(reply|response|antwort)|out of (the )?office|abwesen|away from)", re.IGNORECASE)


class Kind(StrEnum):
    """What a mail that came back is."""

    BOUNCE = "bounce"
    DELAYED = "delayed"  # a server that is still trying, or has delivered
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    AUTOMATIC = "automatic"  # out of office, and what else no human wrote
    FORGED = "forged"  # it names a mail by a token that we never made
    OTHER = "other"  # somebody's words, or nothing that says which mail it is about


@dataclass(frozen=True, slots=True)
class Told:
    """What a mail tells; `mail_id` is empty where it says nothing of one, `words` hold no address."""

    kind: Kind
    mail_id: str = ""
    verdict: Verdict | None = None
    words: str = ""


def read(raw: bytes, recipients: Sequence[str], path: ReturnPath) -> Told:
    """Read a mail, for which an envelope named `recipients`; never raises for what a stranger wrote."""
    mail = parse(raw)
    found = [told for address in [*recipients, *addresses(mail, *_FOR)] if (told := path.read(address))]
    token = next((told for told in found if told.holds), None)
    if token is None and found:
        return Told(Kind.FORGED)
    if reports.is_feedback(mail):
        return _complaint(mail, path, token)
    if token is None:
        return Told(Kind.OTHER)
    if token.purpose == "unsubscribe":
        return Told(Kind.UNSUBSCRIBE, token.mail_id)
    return _returned(mail, token.mail_id)


def _returned(mail: Mail, mail_id: str) -> Told:
    failed = reports.failure(mail)
    if failed is None and (is_from_machine(mail) or header(mail, "X-Failed-Recipients")) and not _is_away(mail):
        failed = odd_failure(mail)
    if failed is None:
        return Told(Kind.AUTOMATIC if _is_automatic(mail) else Kind.OTHER, mail_id)
    words = without_addresses(failed.words)
    if failed.verdict is None:
        return Told(Kind.DELAYED, mail_id, words=words)
    return Told(Kind.BOUNCE, mail_id, failed.verdict, words)


def _complaint(mail: Mail, path: ReturnPath, token: Returned | None) -> Told:
    kind = reports.objection(mail)
    if kind is None:
        return Told(Kind.OTHER)
    subject = reports.subject_of(mail)
    told = [*reports.envelope_senders(mail), *(_addresses_of_ours(subject) if subject else [])]
    found = [one for address in told if (one := path.read(address))]
    if any(not one.holds for one in found):
        return Told(Kind.FORGED)
    named = next(iter(found), token)
    mail_id = named.mail_id if named else _named(subject) if subject else ""
    return Told(Kind.COMPLAINT if mail_id else Kind.OTHER, mail_id, words=kind)


def _addresses_of_ours(subject: Mail) -> list[str]:
    written = [address for value in headers(subject, *_OF_OURS) for address in _IN_BRACKETS.findall(value)]
    return [unquote(address) for address in written]


def _named(subject: Mail) -> str:
    """Return the id that the headers of a repeated mail give it."""
    delivery = header(subject, "X-Broadsheet-Delivery")
    if _ID.fullmatch(delivery):
        return delivery
    found = _MESSAGE_ID.match(header(subject, "Message-ID"))
    return found[1] if found else ""


def _is_automatic(mail: Mail) -> bool:
    """Whether no human wrote it (RFC 3834, and what came before it)."""
    submitted = header(mail, "Auto-Submitted").lower()
    return (
        _is_away(mail)
        or is_from_machine(mail)
        or (bool(submitted) and not submitted.startswith("no"))
        or header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
    )


def _is_away(mail: Mail) -> bool:
    told = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Vacation")
    away = any(header(mail, name) for name in told) or header(mail, "Precedence").lower() == "auto_reply"
    return away or bool(_AWAY.match(header(mail, "Subject")))
