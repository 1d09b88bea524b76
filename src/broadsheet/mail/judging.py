"""Judges, point by point, what keeps mails of an instance from inboxes: each check returns findings in words.

Which checks there are in which order is `deliverability`'s matter, what the DNS says `lookups`'.
A check never raises for what it finds: a broken record, a silent server and a missing one are findings alike.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from broadsheet.errors import Unavailable
from broadsheet.mail import spf
from broadsheet.mail.keys import DkimKey
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.lookups import Dns
from broadsheet.mail.returned.places import Places
from broadsheet.mail.server import Server
from broadsheet.mail.smtp import SmtpTransport

_TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*?)\s*(?:;|$)", re.IGNORECASE)
_POLICIES = ("none", "quarantine", "reject")
_SETUP = "Publish the record that `broadsheet mail setup` prints, then wait until the DNS has it (minutes to hours)."


class State(StrEnum):
    """`WRONG` keeps mails from inboxes; `UNSURE` cannot be known from here, or is worth a look."""

    RIGHT = "right"
    UNSURE = "unsure"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One point: what was found, and what to do about it where there is something."""

    point: str
    state: State
    said: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """An address that mails leave from; it was `told` by the operator, or is guessed from the SMTP server's name."""

    address: str
    told: bool


def site(url: str) -> Finding:
    """Whether readers and their mail providers reach the links in mails."""
    parts = urlsplit(url)
    if parts.scheme == "https" and is_domain(parts.hostname or ""):
        return Finding("site", State.RIGHT, f"Links in mails lead to {url}, so that one click can unsubscribe.")
    return Finding(
        "site",
        State.WRONG,
        f"Links in mails lead to {url}: mail providers unsubscribe by https alone (RFC 8058), from the outside.",
        "Put a TLS proxy in front of the site and set BROADSHEET_PUBLIC_URL to its address, https://…",
    )


def server(where: Server | None) -> Finding:
    """Whether the SMTP server takes us, and by TLS."""
    if where is None:
        return Finding(
            "server",
            State.WRONG,
            "No SMTP server is set: mails are written to files in the outbox.",
            "Set BROADSHEET_SMTP_URL, such as smtp://user:password@mail.example.org:587.",
        )
    try:
        tls = SmtpTransport(where).probe()
    except Unavailable as error:
        return Finding("server", State.WRONG, error.message)
    if tls:
        return Finding("server", State.RIGHT, f"{where} takes us, over {tls}.")
    if where.is_here:
        return Finding(
            "server",
            State.UNSURE,
            f"{where} on this machine takes us; whether it speaks TLS to receivers cannot be seen from here.",
            "Look for a line such as `version=TLS1_3` in the headers of a mail that `mail check --to` sent.",
        )
    return Finding(
        "server",
        State.WRONG,
        f"{where} is spoken to in the clear: readers' addresses and links can be read on the way.",
        "Use smtps://, or the port at which it offers STARTTLS, without ?tls=never.",
    )


def sender(dns: Dns, domain: str) -> Finding:
    """Whether the sender's domain exists and can be answered to."""
    if not is_domain(domain):
        return Finding(
            "sender",
            State.WRONG,
            f"Mails come from {domain}, which is no domain of the internet.",
            "Set BROADSHEET_MAIL_FROM to an address of your domain, or BROADSHEET_PUBLIC_URL to the site's.",
        )
    hosts = dns.mail_hosts(domain)
    if hosts:
        return Finding("sender", State.RIGHT, f"{domain} takes mail at {hosts[0]}.")
    if dns.addresses(domain):
        return Finding(
            "sender",
            State.UNSURE,
            f"{domain} has an address and no MX record: replies and bounces go to that machine, if it takes mail.",
            "Publish an MX record for the domain, or send from a domain that takes mail (BROADSHEET_MAIL_FROM).",
        )
    return Finding(
        "sender",
        State.WRONG,
        f"{domain} has neither an MX record nor an address: many receivers refuse mail from such a domain.",
        "Publish an MX record for it, or send from a domain that takes mail (BROADSHEET_MAIL_FROM).",
    )


def bounces(dns: Dns, letterhead: Letterhead) -> Finding:
    """Whether what comes back finds its way, in the name of a domain that counts for DMARC."""
    path, domain = letterhead.returns, letterhead.envelope_domain
    if path is None:
        return Finding(
            "bounces",
            State.UNSURE,
            f"Bounces come to {letterhead.sender}, and are not read: addresses that are gone are written to again.",
            "Set BROADSHEET_BOUNCE_ADDRESS, and BROADSHEET_BOUNCE_MAILBOXES to where its mails are read.",
        )
    if not dns.mail_hosts(domain):
        return Finding(
            "bounces",
            State.WRONG,
            f"{domain} has no MX record: receivers refuse such a sender, and bounces get lost.",
            "Publish one to the host that takes the mails of BROADSHEET_BOUNCE_ADDRESS.",
        )
    if not is_aligned(domain, letterhead.domain):
        return Finding(
            "bounces",
            State.UNSURE,
            f"Envelopes say {domain} and readers see {letterhead.domain}: for DMARC the signature alone counts.",
            f"Take {letterhead.domain} or a domain below it for BROADSHEET_BOUNCE_ADDRESS.",
        )
    if not path.is_read:
        said = f"Bounces come to {path.mailbox}, and nobody reads them."
        return Finding("bounces", State.UNSURE, said, "Set BROADSHEET_BOUNCE_MAILBOXES to where they lie.")
    return Finding("bounces", State.RIGHT, f"Bounces come to {path.mailbox}, with a token of each mail, and are read.")


def returned(places: Places) -> list[Finding]:
    """Whether the places that mails come back to can be read, and those that are listened at answer."""
    read = [_readable(inbox.describe(), inbox.probe) for inbox in places.inboxes]
    heard = [_readable(listener.describe(), listener.probe) for listener in places.listeners]
    return read + heard


def _readable(name: str, probe: Callable[[], None]) -> Finding:
    try:
        probe()
    except Unavailable as error:
        return Finding("returned", State.WRONG, error.message)
    return Finding("returned", State.RIGHT, f"What comes back is taken from {name}.")


def is_aligned(first: str, second: str) -> bool:
    """Whether one domain is the other or stands below it, so that SPF counts for DMARC (RFC 7489, 3.1, relaxed)."""
    return f".{first}".endswith(f".{second}") or f".{second}".endswith(f".{first}")


def allowed(dns: Dns, domain: str, origins: Sequence[Origin]) -> list[Finding]:
    """Whether SPF lets every address send for the domain."""
    found = spf.records(dns, domain)
    if len(found) != 1:
        said = f"{domain} has {len(found) or 'no'} SPF record{'s' if found else ''}."
        todo = "Make one of them: receivers take several for none." if found else _SETUP
        return [Finding("SPF", State.WRONG, said, todo)]
    if not origins:
        said = f"{domain} has an SPF record ({found[0]}); which address mails leave from is not known here."
        return [Finding("SPF", State.UNSURE, said, "Set BROADSHEET_MAIL_ADDRESSES to it and check again.")]
    return [_allowed(dns, domain, origin) for origin in origins]


def _allowed(dns: Dns, domain: str, origin: Origin) -> Finding:
    verdict = spf.judge(dns, domain, origin.address)
    said = f"Mail of {domain} from {origin.address}: {verdict}."
    if verdict == "pass":
        return Finding("SPF", State.RIGHT, said)
    if verdict == "permerror":
        todo = f"Mend the record: a word in it is misspelt, or it needs more than {spf.MOST_LOOKUPS} lookups."
        return Finding("SPF", State.WRONG, said, todo)
    if verdict == "unknown":
        return Finding("SPF", State.UNSURE, said, "The record has macros; look at what a receiver says of a test mail.")
    if origin.told:
        kind = f"ip{ip_address(origin.address).version}"
        return Finding("SPF", State.WRONG, said, f"Add {kind}:{origin.address} before the last word of the record.")
    todo = "If mails leave from another address, set BROADSHEET_MAIL_ADDRESSES; if not, add this one to the record."
    return Finding("SPF", State.UNSURE, f"{said} That is the SMTP server's address.", todo)


def signature(dns: Dns, domain: str, keys: Sequence[DkimKey]) -> list[Finding]:
    """Whether the published keys are those that sign."""
    if not keys:
        said = "There is no key, so that mails leave unsigned."
        return [Finding("DKIM", State.WRONG, said, "Run `broadsheet mail setup` and publish the record it prints.")]
    return [_published(dns, domain, key) for key in keys]


def _published(dns: Dns, domain: str, key: DkimKey) -> Finding:
    name = f"{key.selector}._domainkey.{domain}"
    found = [tags(text) for text in dns.texts(name)]
    # Every receiver knows RSA; where the second key is not published, the first one's signature counts.
    bad = State.WRONG if key.algorithm.startswith("rsa") else State.UNSURE
    if len(found) != 1:
        said = f"{name} has {len(found)} records, and receivers want one." if found else f"{name} has no record."
        return Finding("DKIM", bad, said, "Remove all but ours." if found else _SETUP)
    published = "".join(found[0].get("p", "").split())
    if published != tags(key.record)["p"] or found[0].get("k", "rsa") != tags(key.record)["k"]:
        said = f"{name} holds {'another key than ours' if published else 'no key (p= is empty: revoked)'}."
        return Finding("DKIM", bad, said, f"{_SETUP} A panel may have cut the long text: compare its end.")
    if "y" in found[0].get("t", "").split(":"):
        said = f"{name} holds our key, and says that it is only being tested (t=y)."
        return Finding("DKIM", State.UNSURE, said, "Take t=y out of the record: some receivers ignore such signatures.")
    return Finding("DKIM", State.RIGHT, f"{name} holds our key ({key.algorithm}).")


def policy(dns: Dns, domain: str) -> Finding:
    """Whether DMARC is published; what it asks for, alignment, holds by construction here."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = "_dmarc." + ".".join(labels[start:])
        found = [text for text in dns.texts(name) if text.lower().replace(" ", "").startswith("v=dmarc1")]
        if found:
            return _policy(name, found, inherited=start > 0)
    return Finding("DMARC", State.WRONG, f"_dmarc.{domain} has no record, and none stands above it.", _SETUP)


def _policy(name: str, found: list[str], *, inherited: bool) -> Finding:
    if len(found) > 1:
        said = f"{name} has {len(found)} records, and receivers take several for none."
        return Finding("DMARC", State.WRONG, said, "Remove all but one.")
    told = tags(found[0])
    asked = told.get("sp", told.get("p", "")) if inherited else told.get("p", "")
    if asked.lower() not in _POLICIES:
        said = f"{name} asks for {asked or 'no policy'!r}, which receivers do not know."
        return Finding("DMARC", State.WRONG, said, "Write p=none, p=quarantine or p=reject into it.")
    said = (
        f"{name} asks for p={asked.lower()}. The signature's domain and the envelope's are the sender's own: aligned."
    )
    todo = "When reports have been clean for some weeks, change it to p=quarantine." if asked.lower() == "none" else ""
    return Finding("DMARC", State.RIGHT, said, todo)


def name_of_origin(dns: Dns, origin: Origin) -> Finding:
    """Whether an address has a name that leads back to it."""
    bad = State.WRONG if origin.told else State.UNSURE
    names = dns.names(origin.address)
    for name in names:
        if origin.address in dns.addresses(name):
            return Finding("PTR", State.RIGHT, f"{origin.address} is {name}, and back.")
    said = (
        f"{origin.address} is {names[0]}, which does not lead back to it."
        if names
        else f"{origin.address} is nameless."
    )
    todo = "Have whoever rents you the address set its PTR record to a name whose address it is."
    if not origin.told:
        todo = f"If mails leave from there: {todo[0].lower()}{todo[1:]}"
    return Finding("PTR", bad, said, todo)


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record of the form `v=…; p=…` (RFC 6376, 3.2), names in lower case."""
    return {name.lower(): value for name, value in _TAG.findall(record)}


def is_domain(host: str) -> bool:
    """Whether `host` can be a domain of the internet: it has a dot and is no address."""
    try:
        ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".localhost", ".internal", ".lan"))
    return False
