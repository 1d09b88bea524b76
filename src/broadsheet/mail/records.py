"""The DNS records that an instance needs, with the values for its own domain and a word on why.

Whether they are published is `judging`'s matter.
Values are what a panel's field takes; `zone` is the same as a line of a zone file, long texts in parts of 255.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from broadsheet.mail.keys import DkimKey
from broadsheet.mail.letter import Letterhead

_LONGEST_STRING = 255  # RFC 1035, 3.3.14


@dataclass(frozen=True, slots=True)
class Record:
    """One record to publish: `name` without a dot at its end, `kind` TXT, MX or PTR."""

    name: str
    kind: str
    value: str
    why: str

    @property
    def zone(self) -> str:
        """The record as a line of a zone file."""
        if self.kind != "TXT":
            return f"{self.name}. IN {self.kind} {self.value}."
        starts = range(0, len(self.value), _LONGEST_STRING)
        parts = " ".join(f'"{self.value[start : start + _LONGEST_STRING]}"' for start in starts)
        return f"{self.name}. IN TXT ( {parts} )"


def to_publish(letterhead: Letterhead, keys: Sequence[DkimKey], relay: str, addresses: Sequence[str]) -> list[Record]:
    """Return every record; `relay` is the SMTP server's host where it is another machine, else the empty text."""
    domain = letterhead.domain
    site = urlsplit(letterhead.site).hostname or domain
    bounces = letterhead.envelope_domain
    return [
        _spf(domain, relay, site, addresses),
        *([] if bounces == domain else [_spf(bounces, relay, site, addresses), _mx(bounces, site)]),
        *(_dkim(domain, key) for key in keys),
        _dmarc(letterhead),
        *(_ptr(address, site) for address in addresses),
    ]


def through_ses(letterhead: Letterhead, keys: Sequence[DkimKey], region: str) -> list[Record]:
    """Return every record where mails leave through Amazon SES, whose envelopes are of a MAIL FROM domain of yours."""
    envelopes = f"mail.{letterhead.domain}"
    why = (
        f"The MAIL FROM domain of SES: set {envelopes} in the SES console, so that envelopes are of your domain and "
        "SPF counts for DMARC. SES looks for both records."
    )
    bounces = letterhead.envelope_domain
    site = urlsplit(letterhead.site).hostname or letterhead.domain
    return [
        Record(envelopes, "MX", f"10 feedback-smtp.{region}.amazonses.com", why),
        Record(envelopes, "TXT", "v=spf1 include:amazonses.com ~all", why),
        *([] if bounces == letterhead.domain else [_mx(bounces, site)]),
        *(_dkim(letterhead.domain, key) for key in keys[:1]),
        _dmarc(letterhead),
    ]


def _spf(domain: str, relay: str, site: str, addresses: Sequence[str]) -> Record:
    if addresses:
        allowed = " ".join(f"ip{ip_address(address).version}:{address}" for address in addresses)
        return Record(
            domain,
            "TXT",
            f"v=spf1 {allowed} -all",
            "SPF: names the addresses that may send for the domain. A domain has one such record: if there is one "
            "already, add these addresses before its last word.",
        )
    return Record(
        domain,
        "TXT",
        f"v=spf1 a:{relay or site} ~all",
        "SPF: names the machines that may send for the domain. If a provider sends your mail, put the include: that "
        "its documents name in place of a:. A domain has one such record: if there is one already, add to it.",
    )


def _dkim(domain: str, key: DkimKey) -> Record:
    return Record(
        f"{key.selector}._domainkey.{domain}",
        "TXT",
        key.record,
        f"DKIM: the public half of the key that signs each mail ({key.algorithm}), so that receivers can tell it is "
        "yours and unchanged.",
    )


def _dmarc(letterhead: Letterhead) -> Record:
    domain = letterhead.domain
    contact = letterhead.owner.removeprefix("mailto:")
    reports = contact if contact.lower().endswith(f"@{domain}") else f"postmaster@{domain}"
    return Record(
        f"_dmarc.{domain}",
        "TXT",
        f"v=DMARC1; p=none; rua=mailto:{reports}",
        "DMARC: ties SPF and DKIM to the sender that readers see; the large receivers ask for it. The address must "
        "take mail: daily reports come there. After some weeks of clean ones, change p=none to p=quarantine.",
    )


def _mx(domain: str, site: str) -> Record:
    return Record(
        domain,
        "MX",
        f"10 {site}",
        "MX: the host that takes the mails which come back, to the domain of BROADSHEET_BOUNCE_ADDRESS. If a provider "
        "keeps that mailbox, put the host that it names in place of this one.",
    )


def _ptr(address: str, site: str) -> Record:
    return Record(
        ip_address(address).reverse_pointer,
        "PTR",
        site,
        "PTR: the name of the sending address. Whoever rents you the address sets it, in its panel; the name must lead "
        "back to the address.",
    )
