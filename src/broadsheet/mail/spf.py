"""Judges whether a domain allows an address to send in its name (SPF, RFC 7208), as a receiver would.

What follows from it for the operator is `judging`'s matter.
Records with macros depend on a mail that is not there: they are `unknown` here, never guessed.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal

from broadsheet.mail.lookups import Dns

Verdict = Literal["pass", "fail", "softfail", "neutral", "none", "permerror", "unknown"]
MOST_LOOKUPS = 10  # RFC 7208, 4.6.4: a record that needs more is an error to every receiver
_QUALIFIERS: dict[str, Verdict] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM = re.compile(r"([+?~-]?)([a-z0-9]+)(?::([^/\s]+))?((?:/\d+)?(?://\d+)?)", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(\S*)", re.IGNORECASE)


class Unjudged(Exception):  # noqa: N818 - never leaves this module
    """The record cannot be judged to its end; `verdict` says how that counts."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


def records(dns: Dns, domain: str) -> list[str]:
    """Return the SPF records of a domain; a receiver wants exactly one."""
    return [text for text in dns.texts(domain) if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def judge(dns: Dns, domain: str, address: str) -> Verdict:
    """Return what a receiver finds for a mail of `domain` that comes from `address`; raises `Unavailable`."""
    try:
        return _Judgement(dns, ip_address(address)).of(domain)
    except Unjudged as end:
        return end.verdict


class _Judgement:
    """One address before the records of a domain and those that they name; counts the lookups of all together."""

    def __init__(self, dns: Dns, address: IPv4Address | IPv6Address) -> None:
        self._dns = dns
        self._address = address
        self._lookups = 0
        self._kinds: dict[str, Callable[[str, str, str], bool]] = {
            "all": lambda *_: True,
            "include": lambda _domain, value, _lengths: self._included(value),
            "a": lambda domain, value, lengths: self._among([value or domain], lengths),
            "mx": self._mail_hosts,
            "ip4": lambda _domain, value, lengths: self._within(value, lengths),
            "ip6": lambda _domain, value, lengths: self._within(value, lengths),
            "exists": lambda _domain, value, _lengths: bool(self._counted(value) and self._dns.addresses(value)),
            "ptr": lambda *_: False,  # RFC 7208, 5.5: not to be used, and many receivers do not
        }

    def of(self, domain: str) -> Verdict:
        found = records(self._dns, domain)
        if len(found) != 1:
            return "permerror" if found else "none"
        redirect = ""
        for term in found[0].split()[1:]:
            modifier = _MODIFIER.fullmatch(term)
            if modifier:
                redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
                continue
            parts = _TERM.fullmatch(term)
            if parts is None or parts[2].lower() not in self._kinds:
                raise Unjudged("permerror")
            if self._kinds[parts[2].lower()](domain, _literal(parts[3] or ""), parts[4]):
                return _QUALIFIERS[parts[1] or "+"]
        return self._redirected(redirect) if redirect else "neutral"

    def _redirected(self, domain: str) -> Verdict:
        verdict = self.of(self._counted(_literal(domain)))
        return "permerror" if verdict == "none" else verdict

    def _included(self, domain: str) -> bool:
        verdict = self.of(self._counted(domain))
        if verdict in {"none", "permerror"}:
            raise Unjudged("permerror")
        return verdict == "pass"

    def _mail_hosts(self, domain: str, value: str, lengths: str) -> bool:
        return self._among(self._dns.mail_hosts(self._counted(value or domain))[:MOST_LOOKUPS], lengths, counted=False)

    def _among(self, hosts: list[str], lengths: str, *, counted: bool = True) -> bool:
        four, _, six = lengths.partition("//")
        length = four if self._address.version == 4 else f"/{six}" * bool(six)
        for host in hosts:
            found = map(ip_address, self._dns.addresses(self._counted(host) if counted else host))
            if any(self._within(str(ip), length) for ip in found if ip.version == self._address.version):
                return True
        return False

    def _within(self, network: str, length: str) -> bool:
        try:
            return self._address in ip_network(network + length, strict=False)
        except ValueError as error:
            raise Unjudged("permerror") from error

    def _counted(self, domain: str) -> str:
        self._lookups += 1
        if self._lookups > MOST_LOOKUPS or not domain:
            raise Unjudged("permerror")
        return domain


def _literal(domain: str) -> str:
    if "%" in domain:
        raise Unjudged("unknown")
    return domain
