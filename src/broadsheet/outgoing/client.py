"""The client itself: limits, retries, redirects and pauses of what is fetched, asked and looked at.

Which addresses may be reached is `guard`'s to say, what a server asks for is read in `manners`.
A name is resolved once and the connection goes to the very address that was judged, on every hop, so proxies from the
environment are not used: behind one, nobody here could tell where a request ends.
"""

import logging
import ssl
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom
from urllib.parse import urlsplit

import httpcore
import httpx

from broadsheet.clock import Clock
from broadsheet.errors import Forbidden, Invalid, Unavailable
from broadsheet.logs import get_logger
from broadsheet.outgoing.guard import (
    GuardedBackend,
    GuardedTransport,
    Resolver,
    Unresolved,
    is_public,
    resolve_by_system,
)
from broadsheet.outgoing.manners import AGAIN, asked_wait

MAX_REDIRECTS = 5
ATTEMPTS = 5
ATTEMPTS_WITHOUT_NETWORK = 2  # an offline laptop wants to hear so at once
LONGEST_PAUSE = 60.0
CONNECT_SECONDS = 10.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
# What servers answer that know no HEAD, or take whoever sends one for a robot; a plain GET is asked then.
_NO_HEAD = frozenset({400, 401, 403, 404, 405, 406, 410, 501})
_PEEK = "PEEK"  # a GET whose answer is judged by its head: the line is closed before the body is read
_SAFE_ELSEWHERE = frozenset({"accept", "accept-language"})


class Unreachable(Unavailable):
    """No usable answer came; `cause` is the reason as a clause, `until` when the server wants to be asked again."""

    def __init__(self, host: str, cause: str, *, until: datetime | None = None) -> None:
        super().__init__(f"{host} could not be reached: {cause}.", value=host)
        self.cause = cause
        self.until = until


class NoAnswer(Unreachable):
    """The request was under way and no whole answer came: nobody here knows what the server made of it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One final answer, whatever its status; `headers` have lower-case names, `url` is where it came from.

    `moved_to` is where it stands from now on, by the server's own word (301, 308); empty where it did not move.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved_to: str = ""


@dataclass(slots=True)
class _Host:
    """What is remembered of a host: one exchange at a time, and not before `free_at`."""

    free_at: datetime
    lock: threading.Lock = field(default_factory=threading.Lock)


class _TryAgain(Exception):  # noqa: N818 - never leaves this module
    """This attempt failed, the next may not; `wait` is what the server asked for, in seconds.

    `connected` tells that something of the request may have arrived.
    """

    def __init__(
        self, cause: str, *, wait: float | None = None, attempts: int = ATTEMPTS, connected: bool = True
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.wait = wait
        self.attempts = attempts
        self.connected = connected


class Outgoing:
    """Fetches by GET, and asks by POST, with guard, limits, retries and manners; safe to share between threads."""

    def __init__(
        self,
        *,
        user_agent: str,
        clock: Clock,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
        resolve: Resolver | None = None,
        judge: Callable[[str], bool] | None = None,
        patience: float = 180.0,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        """`patience` bounds the seconds that one `get` waits between attempts.

        `judge` says of an address whether it may be reached, by default `is_public`, or anything if `allow_private`;
        `transport` replaces the network, `resolve` the system's resolver.
        """
        self._user_agent = user_agent
        self._clock = clock
        self._judge = judge or ((lambda _: True) if allow_private else is_public)
        self._transport = transport
        self._resolve = resolve or resolve_by_system
        self._patience = patience
        self._jitter = jitter or SystemRandom().random
        self._hosts: dict[str, _Host] = {}
        self._guard = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._log = get_logger("outgoing")
        logging.getLogger("httpx").setLevel(logging.WARNING)  # below, it tells whole addresses, some with a key in them

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 50_000_000,
        timeout: float = 60.0,
        pace: float = 0.0,
    ) -> Reply:
        """Fetch `url`; 4xx and 304 come back as replies, 429 and 5xx are tried again.

        `max_bytes` holds on the wire and again unpacked; `timeout` is for one attempt as a whole, in seconds;
        `pace` is the least number of seconds between the end of one exchange with the host and the start of the next.
        Raises `Unreachable`, `Forbidden` for an address that must not be reached, `Invalid` for what is no web address.
        """
        return self._tried(url, partial(self._follow, url, dict(headers or {}), max_bytes, timeout, pace))

    def look(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout: float = 30.0, pace: float = 0.0
    ) -> Reply:
        """Ask whether something stands at `url` and read none of it: by HEAD, by GET where HEAD is not taken.

        Retries, limits and errors are those of `get`; the body of the reply is empty.
        """
        reply = Reply(0, {}, b"", url)
        for method in ("HEAD", _PEEK):
            ask = partial(self._follow, url, dict(headers or {}), 0, timeout, pace, method=method)
            reply = self._tried(url, ask)
            if reply.status not in _NO_HEAD:
                break
        return reply

    def post(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 50_000_000,
        timeout: float = 60.0,
        pace: float = 0.0,
    ) -> Reply:
        """Send `content`, a question that may be asked twice, to `url`; retries, limits and errors are those of `get`.

        A redirect comes back as a reply: what was meant for one server is sent to no other.
        """
        ask = partial(self._follow, url, dict(headers or {}), max_bytes, timeout, pace, content, method="POST")
        return self._tried(url, ask)

    def tell(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 1_000_000,
        timeout: float = 60.0,
    ) -> Reply:
        """Send `content`, which must not be told twice, to `url` once; whatever the server answers comes back.

        Any number of threads may tell a host at the same time; how often is theirs to know. Raises `NoAnswer` where it
        may have arrived, `Unreachable` where nothing of it left, `Forbidden` and `Invalid` as `get` does.
        """
        deadline = self._clock.now() + timedelta(seconds=timeout)
        host = _checked(url).host
        try:
            return self._exchange("POST", url, dict(headers or {}), max_bytes, deadline, content)
        except _TryAgain as failure:
            raise (NoAnswer if failure.connected else Unreachable)(host, failure.cause) from failure
        except Unreachable as odd:  # an answer too large, or packed in a way that was not asked for
            raise NoAnswer(host, odd.cause) from odd

    def _tried(self, url: str, once: Callable[[], Reply]) -> Reply:
        name = _checked(url).host
        host = self._host(name)
        waited = 0.0
        with host.lock:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return once()
                except _TryAgain as failure:
                    pause = self._pause(failure, attempt)
                    if attempt >= failure.attempts or waited + pause > self._patience:
                        until = None if failure.wait is None else self._clock.now() + timedelta(seconds=failure.wait)
                        raise Unreachable(name, failure.cause, until=until) from failure
                    self._log.info("outgoing.retry", host=name, attempt=attempt, cause=failure.cause, pause=pause)
                    self._clock.sleep(pause)
                    waited += pause
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, failure: _TryAgain, attempt: int) -> float:
        """Exponential backoff with jitter between half and one and a half, never less than the server asked for."""
        backoff = min(LONGEST_PAUSE, 2.0 ** (attempt - 1)) * (0.5 + self._jitter())
        return max(backoff, failure.wait or 0.0)

    def _follow(
        self,
        url: str,
        headers: dict[str, str],
        max_bytes: int,
        timeout: float,
        pace: float,
        content: bytes | None = None,
        *,
        method: str = "GET",
    ) -> Reply:
        moved_to, for_good = "", True
        deadline = self._clock.now() + timedelta(seconds=timeout)
        for _ in range(MAX_REDIRECTS + 1):
            host = self._host(_checked(url).host)
            rest = (host.free_at - self._clock.now()).total_seconds()
            if rest > self._patience:
                raise _TryAgain("it asked for a pause", wait=rest)
            if rest > 0:
                self._clock.sleep(rest)
                deadline += timedelta(seconds=rest)
            wait = None
            try:
                reply = self._exchange(method, url, headers, max_bytes, deadline, content)
                wait = asked_wait(reply.headers, reply.status, self._clock.now())
            finally:
                host.free_at = self._clock.now() + timedelta(seconds=max(pace, wait or 0.0))
            if reply.status in AGAIN:
                what = "it asks to be visited less often" if reply.status == 429 else "it is out of order"
                raise _TryAgain(f"{what} ({reply.status})", wait=wait)
            if content is not None or reply.status not in _REDIRECTS or "location" not in reply.headers:
                return replace(reply, moved_to=moved_to)
            url, headers = _next_hop(url, reply.headers["location"], headers)
            for_good = for_good and reply.status in _FOR_GOOD
            moved_to = url if for_good else moved_to
        raise Unreachable(_checked(url).host, f"it redirected more than {MAX_REDIRECTS} times")

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        max_bytes: int,
        deadline: datetime,
        content: bytes | None,
    ) -> Reply:
        seconds = max(0.001, (deadline - self._clock.now()).total_seconds())
        limits = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        sent = {"User-Agent": self._user_agent, "Accept-Encoding": "gzip", **headers}
        parsed = _checked(url)
        tls = self._tls_context() if parsed.scheme == "https" else None
        transport = self._transport or GuardedTransport(self._backend(deadline), tls)
        host = parsed.host
        try:
            with (
                httpx.Client(transport=transport, trust_env=False, timeout=limits) as client,
                client.stream("GET" if method == _PEEK else method, url, headers=sent, content=content) as response,
            ):
                body = b"" if method in ("HEAD", _PEEK) else self._read(response, max_bytes, deadline, host)
                return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body, url)
        except (httpx.TimeoutException, httpcore.TimeoutException) as error:
            connected = not isinstance(error, httpx.ConnectTimeout | httpcore.ConnectTimeout)
            raise _TryAgain("it took too long to answer", connected=connected) from error
        except Unresolved as error:
            cause = f"no network, or the name {host} is not resolved"
            raise _TryAgain(cause, attempts=ATTEMPTS_WITHOUT_NETWORK, connected=False) from error
        except (httpx.ConnectError, httpcore.ConnectError) as error:
            cause = _connect_words(error)
            raise _TryAgain(cause, attempts=ATTEMPTS_WITHOUT_NETWORK, connected=False) from error
        except (httpx.TransportError, httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
            raise _TryAgain("the connection broke off in the middle of the answer") from error

    def _read(self, response: httpx.Response, max_bytes: int, deadline: datetime, host: str) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Unreachable(host, f"it packs its answer as {encoding}, which was not asked for")
        unpacker = _Unpacker() if encoding not in ("", "identity") else None
        parts, received, unpacked = [], 0, 0
        for chunk in response.iter_raw(65536):
            received += len(chunk)
            plain = unpacker.unpack(chunk, max_bytes + 1 - unpacked) if unpacker else chunk
            unpacked += len(plain)
            if received > max_bytes or unpacked > max_bytes:
                raise Unreachable(host, f"its answer is larger than the {max_bytes:,} bytes that are allowed here")
            if self._clock.now() > deadline:
                raise _TryAgain("it took too long to answer")
            parts.append(plain)
        if unpacker and received and not unpacker.complete:
            raise _TryAgain("the connection broke off in the middle of the answer")
        return b"".join(parts)

    def _host(self, name: str) -> _Host:
        with self._guard:
            return self._hosts.setdefault(name, _Host(free_at=self._clock.now()))

    def _backend(self, deadline: datetime) -> "GuardedBackend":
        return GuardedBackend(self._clock, deadline, self._resolve, self._judge)

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls


def _checked(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise Invalid(f"{url!r:.200} is no web address.", field="url", value=url) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Invalid(
            f"{url!r:.200} cannot be fetched: a web address starts with http:// or https:// and names a host.",
            field="url",
            value=url,
        )
    if parsed.userinfo:
        raise Invalid("A web address with a name and password in it is not fetched.", field="url", value=parsed.host)
    return parsed


def _next_hop(url: str, location: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return where a redirect leads and what may be told there; raises `Forbidden` for a step from https to http."""
    try:
        target = str(httpx.URL(url).join(location))
    except httpx.InvalidURL as error:
        raise Unreachable(urlsplit(url).hostname or url, "it redirected to something that is no web address") from error
    old, new = httpx.URL(url), _checked(target)
    if old.scheme == "https" and new.scheme == "http":
        raise Forbidden(f"{old.host} redirected from https to http; nothing was fetched.", value=target)
    if (old.scheme, old.host, old.port) != (new.scheme, new.host, new.port):
        headers = {name: value for name, value in headers.items() if name.lower() in _SAFE_ELSEWHERE}
    return target, headers


def _connect_words(error: Exception) -> str:
    text = str(error).lower()
    if "refused" in text:
        return "the connection was refused"
    if "certificate" in text or "ssl" in text:
        return "its certificate cannot be trusted, or TLS failed"
    return "no network, or no route to it"


class _Unpacker:
    """Unpacks gzip, of one member or of several in a row, and zlib's deflate; never more than it is asked for."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=47)

    def unpack(self, packed: bytes, most: int) -> bytes:
        """Return what `packed` holds, at most `most` bytes; raises `zlib.error` for what is not packed at all."""
        parts = [self._member.decompress(packed, most)]
        while self._member.unused_data and (left := most - sum(map(len, parts))) > 0:
            rest, self._member = self._member.unused_data, zlib.decompressobj(wbits=47)
            parts.append(self._member.decompress(rest, left))
        return b"".join(parts)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing at the end."""
        return self._member.eof
