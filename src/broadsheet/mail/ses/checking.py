"""What can be said of a SES account before a mail leaves: whether it sends, for whom, how much, and what comes back.

The points of the DNS are `mail.judging`'s. What SES will not tell this key is unsure, not wrong.
"""

from typing import Any

from broadsheet.errors import Unavailable
from broadsheet.mail.judging import Finding, State
from broadsheet.mail.ses.answers import Answer, Means
from broadsheet.mail.ses.client import Client


def account(client: Client) -> Finding:
    """Whether the account sends, to everybody, and how many mails a day and a second."""
    try:
        answer = client.ask("account")
    except Unavailable as error:
        return Finding("server", State.WRONG, error.message)
    if answer.means is not Means.TAKEN:
        return _silent("server", client, answer, "ses:GetAccount")
    told = answer.document
    if not told.get("SendingEnabled", True) or told.get("EnforcementStatus") == "SHUTDOWN":
        said = f"{client.account} has paused this account's sending."
        return Finding("server", State.WRONG, said, "Look into the SES console why, and mend it.")
    if not told.get("ProductionAccessEnabled", True):
        said = f"{client.account} keeps this account in the sandbox: it writes to verified addresses alone."
        return Finding("server", State.WRONG, said, "Ask AWS for production access, in the SES console.")
    said = f"{client.account} takes us: {_quota(told.get('SendQuota'))}."
    if told.get("EnforcementStatus") == "PROBATION":
        todo = "Too many bounces or complaints: look into the SES console before AWS pauses the account."
        return Finding("server", State.UNSURE, f"{said} The account is under review.", todo)
    return Finding("server", State.RIGHT, said)


def identity(client: Client, domain: str) -> list[Finding]:
    """Whether the sender's domain is verified, and whether envelopes are of it, so that SPF counts for DMARC."""
    try:
        answer = client.ask(f"identities/{domain}")
    except Unavailable as error:
        return [Finding("identity", State.UNSURE, error.message)]
    if answer.status == 404:
        return [_unverified(client, domain)]
    if answer.means is not Means.TAKEN:
        return [_silent("identity", client, answer, "ses:GetEmailIdentity")]
    if not answer.document.get("VerifiedForSendingStatus"):
        return [_unverified(client, domain)]
    return [Finding("identity", State.RIGHT, f"{domain} is verified with SES."), _envelopes(answer, domain)]


def returned(client: Client, site: str) -> Finding:
    """Whether bounces and complaints are told."""
    if client.account.topic:
        said = f"Bounces and complaints come as notices of {client.account.topic} to {site}/mail/notices."
        return Finding("returned", State.RIGHT, said)
    return Finding(
        "returned",
        State.UNSURE,
        "No topic is set: what SES learns of bounces and complaints comes to nobody here, unless by mail.",
        f"Have SES publish them to a topic of SNS, subscribe {site}/mail/notices to it, and set BROADSHEET_SES_TOPIC.",
    )


def _envelopes(answer: Answer, domain: str) -> Finding:
    told = answer.document.get("MailFromAttributes")
    found: dict[str, Any] = told if isinstance(told, dict) else {}
    name, status = str(found.get("MailFromDomain") or ""), str(found.get("MailFromDomainStatus") or "")
    if not name:
        said = f"Envelopes are of amazonses.com, and readers see {domain}: for DMARC the signature alone counts."
        return Finding("SPF", State.UNSURE, said, f"Set a custom MAIL FROM domain in SES, such as mail.{domain}.")
    if status != "SUCCESS":
        said = f"SES does not find the records of the MAIL FROM domain {name} ({status.lower() or 'unknown'})."
        return Finding("SPF", State.WRONG, said, "Publish the MX and SPF records that the SES console shows for it.")
    return Finding("SPF", State.RIGHT, f"Envelopes are of {name}, whose records SES has found.")


def _quota(quota: object) -> str:
    told: dict[str, Any] = quota if isinstance(quota, dict) else {}
    day, second = told.get("Max24HourSend"), told.get("MaxSendRate")
    sent = told.get("SentLast24Hours")
    if not isinstance(day, int | float) or not isinstance(second, int | float):
        return "it does not say how much"
    a_day = "any number of mails a day" if day < 0 else f"{day:,.0f} mails a day"
    return f"{a_day}, {second:g} a second" + (
        f", {sent:,.0f} sent in the last" if isinstance(sent, int | float) else ""
    )


def _unverified(client: Client, domain: str) -> Finding:
    said = f"{domain} is not verified with {client.account}: it takes no mail from there."
    return Finding("identity", State.WRONG, said, "Verify the domain in the SES console, or mend BROADSHEET_MAIL_FROM.")


def _silent(point: str, client: Client, answer: Answer, action: str) -> Finding:
    said = f"{client.account} answered {answer.said}"
    if answer.kind == "AccessDeniedException":
        return Finding(point, State.UNSURE, said, f"Let the key's user do {action}, too, to have it checked.")
    todo = "Check BROADSHEET_SES_REGION, BROADSHEET_SES_KEY_ID and BROADSHEET_SES_SECRET_KEY."
    return Finding(point, State.WRONG, said, todo)
