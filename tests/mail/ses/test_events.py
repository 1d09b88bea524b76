import json
from typing import Any

import pytest

from broadsheet.mail.returned.reading import Kind, Told
from broadsheet.mail.ses.events import told_by
from broadsheet.mail.verdicts import Verdict

ID = "0f" * 16
BOB = "bob@reader.example"
TAGGED = {"tags": {"broadsheet": [ID], "ses:from-domain": ["tide.example.org"]}}


def told(name: str = "eventType", mail: Any = TAGGED, **event: Any) -> Told:
    return told_by(json.dumps({name: event.pop("kind"), "mail": mail, **event}))


def bounced(kind: str, detail: str, words: str = "", status: str = "") -> Told:
    recipient = {"emailAddress": BOB, "action": "failed", "status": status, "diagnosticCode": words}
    return told(kind="Bounce", bounce={"bounceType": kind, "bounceSubType": detail, "bouncedRecipients": [recipient]})


@pytest.mark.parametrize(
    ("kind", "detail", "words", "status", "verdict"),
    [
        ("Permanent", "General", f"smtp; 550 5.1.1 <{BOB}>... User unknown", "5.1.1", Verdict.GONE),
        ("Permanent", "General", "", "", Verdict.GONE),
        ("Permanent", "NoEmail", "", "", Verdict.GONE),
        ("Permanent", "Suppressed", "", "", Verdict.GONE),
        ("Permanent", "OnAccountSuppressionList", "", "", Verdict.GONE),
        ("Permanent", "General", "smtp; 550 5.7.1 rejected as spam", "5.7.1", Verdict.BLOCKED),
        ("Transient", "MailboxFull", "smtp; 452 4.2.2 mailbox full", "4.2.2", Verdict.WEAK),
        ("Transient", "General", "smtp; 421 4.4.0 no answer", "4.4.0", Verdict.WEAK),
        ("Transient", "ContentRejected", "", "", Verdict.BLOCKED),
        ("Transient", "MessageTooLarge", "", "", Verdict.BLOCKED),
        ("Undetermined", "Undetermined", "", "", Verdict.WEAK),
    ],
)
def test_what_a_bounce_says_of_the_mailbox(kind: str, detail: str, words: str, status: str, verdict: Verdict) -> None:
    found = bounced(kind, detail, words, status)
    assert (found.kind, found.mail_id, found.verdict) == (Kind.BOUNCE, ID, verdict)
    assert BOB not in found.words


@pytest.mark.parametrize("name", ["eventType", "notificationType"])
def test_a_complaint_counts_unless_it_is_none(name: str) -> None:
    assert told(name, kind="Complaint", complaint={}) == Told(Kind.COMPLAINT, ID, words="abuse")
    assert told(name, kind="Complaint", complaint={"complaintFeedbackType": "not-spam"}).kind is Kind.OTHER
    old = told(name, kind="Complaint", complaint={"complaintSubType": "OnAccountSuppressionList"})
    assert (old.kind, old.verdict) == (Kind.BOUNCE, Verdict.GONE)


def test_other_events_change_nothing() -> None:
    assert told(kind="DeliveryDelay").kind is Kind.DELAYED
    assert told(kind="Reject", reject={"reason": "Bad content"}) == Told(
        Kind.BOUNCE, ID, Verdict.BLOCKED, "Bad content"
    )
    for kind in ("Delivery", "Send", "Open", "Click", "Subscription", "Rendering Failure", "something new"):
        assert told(kind=kind).kind is Kind.OTHER


def test_without_a_tag_the_header_names_the_mail() -> None:
    headers = [{"name": "Subject", "value": "Hello"}, {"name": "X-Broadsheet-Delivery", "value": ID}]
    assert told(kind="Complaint", complaint={}, mail={"headers": headers}).mail_id == ID


@pytest.mark.parametrize(
    "mail",
    [None, [], {}, {"tags": []}, {"tags": {"broadsheet": ID}}, {"tags": {"broadsheet": ["../../etc"]}}, {"headers": 7}],
)
def test_a_mail_that_is_not_named_is_nobodys(mail: Any) -> None:
    assert told(kind="Bounce", mail=mail, bounce={}).kind is Kind.OTHER


@pytest.mark.parametrize("message", ["", "Successfully validated SNS topic", "[]", "null", "7", "[" * 100_000])
def test_what_is_no_event_is_ignored(message: str) -> None:
    assert told_by(message) == Told(Kind.OTHER)


def test_a_bounce_without_its_parts_is_still_one() -> None:
    for bounce in (None, {}, {"bouncedRecipients": [7]}, {"bounceType": ["x"], "bouncedRecipients": "no"}):
        assert told(kind="Bounce", bounce=bounce).kind is Kind.BOUNCE
