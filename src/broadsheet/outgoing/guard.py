"""Which addresses may be reached: every one is judged before a connection is opened to it, and to no other.

What is asked for there is the client's matter. Without this, a link in a paper could lead into the network of whoever
runs Broadsheet.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore
import httpx

from broadsheet.clock import Clock
from broadsheet.errors import Forbidden

Resolver = Callable[[str, int], list[str]]

_NAT64 = IPv6Network("64:ff9b::/96")
_TUNNELS = tuple(IPv6Network(net) for net in ("64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))


def is_public(address: str) -> bool:
    """Whether `address` may be reached from here: globally routable, by itself and by what it embeds."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:  # how a host with IPv6 alone reaches IPv4: judge whom it really reaches
            return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.ipv4_mapped is not None or ip.is_site_local or any(ip in net for net in _TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve_by_system(host: str, port: int) -> list[str]:
    """Return every address of `host`, in the system's order; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Unresolved(Exception):  # noqa: N818 - never leaves this package
    """The name has no address now."""


class GuardedBackend(httpcore.NetworkBackend):
    """Opens TCP connections to judged addresses only, and none of its reads outlasts `deadline`.

    TLS and `Host` keep the name: httpcore takes them from the URL, not from the address used here.
    """

    def __init__(self, clock: Clock, deadline: datetime, resolve: Resolver, judge: Callable[[str], bool]) -> None:
        self._clock = clock
        self._deadline = deadline
        self._resolve = resolve
        self._judge = judge
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, judge every address, and connect to the first that answers; raises `Forbidden` if one is private."""
        try:
            addresses = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise Unresolved(host) from error
        if not addresses:
            raise Unresolved(host)
        private = [address for address in addresses if not self._judge(address)]
        if private:
            raise Forbidden(
                f"{host} leads to {private[0]}, an address of a private network, so it was not reached. "
                "If it is a server of your own, set BROADSHEET_ALLOW_PRIVATE_ADDRESSES=true.",
                value=host,
            )
        failure: Exception = httpcore.ConnectError(host)
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._clock, self._deadline)
        raise failure


class _DeadlineStream(httpcore.NetworkStream):
    """A stream whose every read ends by the deadline, so that a drip of single bytes ends too."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock, deadline: datetime) -> None:
        self._inner = inner
        self._clock = clock
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = (self._deadline - self._clock.now()).total_seconds()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return self._inner.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _DeadlineStream(secured, self._clock, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class GuardedTransport(httpx.BaseTransport):
    """One connection over a guarded backend, for one exchange: no pool, so nothing is reused past its judgement."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls, max_connections=1, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand httpx's request to httpcore and its answer back."""
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        if not isinstance(answer.stream, Iterable):
            raise TypeError("a synchronous pool gives a synchronous stream")
        body = _Body(answer.stream)
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """Hands httpcore's stream to httpx."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()
