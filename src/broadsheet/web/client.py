"""Where a request came from, behind reverse proxies too; it is asked for limits alone and never kept as it is.

A header can say anything: it is believed only as far as the proxies that the operator named wrote it.
"""

import ipaddress
from collections.abc import Collection

from starlette.requests import Request

_ONE_HOUSEHOLD = 64  # bits of an IPv6 address: one customer usually has all that follow


def client_of(request: Request, proxies: Collection[str]) -> str:
    """Return the address of the client, of an IPv6 one its network; empty where nobody knows it."""
    told = request.client.host if request.client else ""
    hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    while told in proxies and hops:
        told = hops.pop()
    return _network(told)


def is_from_here(request: Request) -> bool:
    """Tell whether a request comes from this machine, for this machine, and through no proxy."""
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    # A page elsewhere may have its name lead to this machine: a loopback name in Host cannot be such a page's.
    named = is_loopback(request.url.hostname or "")
    return not forwarded and named and request.client is not None and is_loopback(request.client.host)


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or address can be reached from its own machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _ONE_HOUSEHOLD), strict=False))
    return str(found)
