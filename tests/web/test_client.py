from typing import Any

import pytest
from starlette.requests import Request

from broadsheet.web.client import client_of, is_from_here, is_loopback

PROXY = ("127.0.0.1",)


def request(peer: str | None, host: str = "localhost:8080", **headers: str) -> Request:
    named = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": (peer, 4711) if peer else None,
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
    }
    return Request(scope)


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "192.0.2.7", "203.0.113.9"),  # nobody's proxy: what it says counts for nothing
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "10.9.9.9, 192.0.2.7", "192.0.2.7"),  # the first hop is what the client wrote itself
        ("127.0.0.1", "192.0.2.7, 127.0.0.1", "192.0.2.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "\x00nonsense", "\x00nonsense"),
        ("::ffff:192.0.2.7", "", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),
        (None, "", ""),
    ],
)
def test_where_a_request_came_from(peer: str | None, forwarded: str, found: str) -> None:
    headers = {"x_forwarded_for": forwarded} if forwarded else {}
    assert client_of(request(peer, **headers), PROXY) == found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_names_of_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "localhost.evil.example", "192.168.1.2", "tide.example", "127.evil"])  # noqa: S104
def test_names_of_others(host: str) -> None:
    assert not is_loopback(host)


def test_only_this_machine_asking_this_machine_is_from_here() -> None:
    assert is_from_here(request("127.0.0.1"))
    assert is_from_here(request("::1", "[::1]:8080"))
    assert not is_from_here(request("192.168.1.2"))
    assert not is_from_here(request("127.0.0.1", "rebound.evil.example"))
    assert not is_from_here(request("127.0.0.1", x_forwarded_for="192.0.2.7"))
    assert not is_from_here(request(None))
