"""Which SMTP server mails leave through, and what must hold of the way there: read from one URL.

Speaking to it is `session`'s matter.
The URL holds a password: neither it nor a part of it stands in an error, a log or a `repr`.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal, get_args
from urllib.parse import parse_qs, unquote, urlsplit

from broadsheet.errors import Invalid

# By STARTTLS when it is offered, by STARTTLS or not at all, in the clear whatever is offered; `now` is smtps.
Policy = Literal["offered", "required", "never", "now"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is and how to speak to it."""

    host: str
    port: int
    tls: Policy
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca: str | None = None

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """Read smtp://user:password@host:587 or smtps://host:465; raises `Invalid`.

        Options are ?tls=required, offered (as without it) or never, and ca=FILE, whose certificates are trusted.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
            options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        except ValueError as error:
            raise _bad_url(str(error)) from error
        if parts.scheme not in {"smtp", "smtps"} or not host:
            raise _bad_url("it starts with neither smtp:// nor smtps://, or names no host")
        tls = _policy(options.get("tls", ["offered"])[-1])
        if unknown := options.keys() - {"ca", "tls"}:
            raise _bad_url(f"{min(unknown)!r} is no option; there are ca=FILE and tls=required")
        if parts.scheme == "smtps":
            tls = "now"
        return cls(
            host,
            port or (465 if tls == "now" else 25),
            tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            options.get("ca", [None])[0],
        )

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _policy(word: str) -> Policy:
    for policy in get_args(Policy)[:3]:
        if word == policy:
            return policy  # type: ignore[no-any-return]
    raise _bad_url(f"{word!r:.20} is no way to use TLS; choose required, offered or never")


def _bad_url(reason: str) -> Invalid:
    # The value itself may hold a password, so it is not repeated.
    return Invalid(
        f"BROADSHEET_SMTP_URL cannot be used: {reason}. Write smtp://user:password@host:587 or smtps://host:465.",
        field="smtp_url",
    )
