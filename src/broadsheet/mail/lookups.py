"""Asks the DNS what the world sees of a domain: texts, addresses, mail hosts and the names of addresses.

What the answers mean is the askers' matter.
A name that does not exist has no records, which is an answer; a server that does not answer is `Unavailable`, so that
nobody takes silence for a missing record. Nothing is ever connected to for having been found here.
"""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.reversename

from broadsheet.errors import Unavailable
from broadsheet.mail.letter import line

PATIENCE = 5.0  # seconds for one question, tries included
LONGEST_TEXT = 4000
MOST_RECORDS = 50


class Dns:
    """Asks one server, or those of the system where `server` is empty."""

    def __init__(self, server: str = "", *, patience: float = PATIENCE) -> None:
        self._server = server
        self._patience = patience
        self._resolver: dns.resolver.Resolver | None = None

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each joined from its parts and fit to be printed."""
        found = (b"".join(record.strings) for record in self._ask(name, "TXT"))
        return [line(text.decode("utf-8", "replace"), LONGEST_TEXT) for text in found]

    def addresses(self, name: str) -> list[str]:
        """Return the IP addresses of a name, IPv4 first; an address is its own."""
        try:
            return [str(ip_address(name))]
        except ValueError:
            return [record.address for kind in ("A", "AAAA") for record in self._ask(name, kind)]

    def mail_hosts(self, name: str) -> list[str]:
        """Return the hosts that take mail for a domain, the preferred first; a null MX (RFC 7505) is none."""
        found = sorted(self._ask(name, "MX"), key=lambda record: record.preference)
        return [host for record in found if (host := _plain(record.exchange))]

    def names(self, address: str) -> list[str]:
        """Return the names that the holder of an IP address gave it (PTR)."""
        return [_plain(record.target) for record in self._ask(str(dns.reversename.from_address(address)), "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        """Return the records of one kind; they have the fields of that kind, which dnspython tells no type checker."""
        try:
            absolute = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return []  # a record can name what no DNS can hold
        try:
            answer = self._with_server().resolve(absolute, kind, search=False, lifetime=self._patience)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Unavailable(
                f"The DNS did not answer for {line(name)} ({type(error).__name__}). Try again, or name another server "
                "in BROADSHEET_DNS_SERVER.",
                value=name,
            ) from error
        return list(answer)[:MOST_RECORDS]

    def _with_server(self) -> dns.resolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.resolver.Resolver(configure=not self._server)
            if self._server:
                host, port = _split(self._server)
                self._resolver.nameservers = [host]
                self._resolver.port = port
        return self._resolver


def _split(server: str) -> tuple[str, int]:
    bare_ipv6 = server.count(":") > 1 and "[" not in server
    parts = urlsplit(f"//[{server}]" if bare_ipv6 else f"//{server}")
    return parts.hostname or "", parts.port or 53


def _plain(name: dns.name.Name) -> str:
    return line(name.to_text(omit_final_dot=True).lower().removesuffix("."))
