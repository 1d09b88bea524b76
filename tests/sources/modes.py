"""How an upstream may misbehave: faults of the connection, of the document, and of what the document holds.

A mode that is `told` fails the run with these words in the status; any other costs time only.
"""

import gzip
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from starlette.responses import Response

from tests.sources.servers import (
    Fault,
    bytes_of_no_charset,
    drip,
    empty,
    html,
    latin1,
    redirect,
    retry_date,
    status,
    truncated,
)

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LASTS = 12  # more answers than one run asks for again
REACHED = "could not be reached: "
USED = "gave an answer that cannot be used: "


@dataclass(frozen=True)
class Entry:
    """One paper as a source lists it, before it is put into that source's words; None is null or left out."""

    id: str | None
    title: str | None
    abstract: str | None
    authors: tuple[str, ...] | None
    published: str | None


def entry(n: int, id_: str) -> Entry:
    return Entry(id_, f"On counting tide tables, part {n}", f"We count {n} tides in Tromsø.", ("Ada Quíll",), _day(n))


def _day(n: int) -> str:
    return f"2026-01-{15 - n // 3:02d}"


@dataclass(frozen=True)
class Mode:
    """`faults` are the answers from the second request on; `told` is a part of what the status says of it."""

    name: str
    faults: Sequence[Fault | None]
    told: str = ""
    xml_only: bool = False


def _reset(body: bytes, media_type: str) -> Response:
    return _Reset(body, media_type=media_type)


class _Reset(Response):
    """Sends half of its body, then resets the connection (RST), as a firewall or a dying host does."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body)[: len(self.body) // 2], "more_body": True})
        transport = receive.__self__.transport  # uvicorn's cycle of one request and its answer
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


@cache
def _swelling(members: int) -> bytes:
    """Return 200 MB in 900 kB: more than any connector takes; as one member of gzip, or as many."""
    return gzip.compress(b" " * (200_000_000 // members), 1) * members


def _bomb(members: int) -> Fault:
    return lambda _, media_type: Response(
        _swelling(members), media_type=media_type, headers={"content-encoding": "gzip"}
    )


def _with_subset(subset: str) -> Fault:
    def told(body: bytes, media_type: str) -> Response:
        declared, _, rest = body.decode().partition("?>")
        return Response(f"{declared}?><!DOCTYPE x [{subset}]>{rest.replace('We count', '&l8;')}", media_type=media_type)

    return told


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))

CONNECTION = (
    Mode("429 with Retry-After", [status(429, retry_after="20")]),
    Mode("429 without a word", [status(429)] * 2),
    Mode("429 for ever", [status(429)] * LASTS, REACHED + "it asks to be visited less often (429)"),
    Mode("429 for an hour", [status(429, retry_after="3600")], REACHED + "it asks to be visited less often (429)"),
    Mode("429 by RateLimit", [status(429, ratelimit='"api";r=0;t=44')]),
    Mode("503 until a date", [retry_date(40, NOON)]),
    Mode("503 for ever", [status(503)] * LASTS, REACHED + "it is out of order (503)"),
    Mode("500 twice", [status(500)] * 2),
    Mode("500 for ever", [status(500)] * LASTS, REACHED + "it is out of order (500)"),
    Mode("403", [status(403)], USED + "it answered 403"),
    Mode("reset", [_reset]),
    Mode("reset for ever", [_reset] * LASTS, REACHED + "the connection broke off in the middle of the answer"),
    Mode("gzip bomb", [_bomb(1)] * LASTS, REACHED + "its answer is larger than the "),
    Mode("gzip bomb of many members", [_bomb(200)] * LASTS, REACHED + "its answer is larger than the "),
    Mode("redirect to a private address", [redirect("http://127.0.0.2:9/")] * LASTS, "an address of a private network"),
    Mode("redirect to the cloud's own", [redirect("http://169.254.169.254/")] * LASTS, "of a private network"),
    Mode("redirect in a circle", [redirect("")] * LASTS, REACHED + "it redirected more than 5 times"),
)
DRIP = Mode("slow drip", [drip(0.005)] * LASTS, REACHED + "it took too long to answer")

DOCUMENT = (
    Mode("a web page once", [html]),
    Mode("a web page for ever", [html] * LASTS, USED + "it is a web page"),
    Mode("truncated once", [truncated]),
    Mode("truncated for ever", [truncated] * LASTS, USED + "it"),
    Mode("nothing once", [empty]),
    Mode("nothing for ever", [empty] * LASTS, USED + "it is empty"),
    Mode("Latin-1, and says so", [latin1] * LASTS),
    Mode("Latin-1 in silence", [bytes_of_no_charset] * LASTS),
    Mode("entities that swell", [_with_subset(_LAUGHS)] * LASTS, "document type", xml_only=True),
    Mode(
        "an entity of a file", [_with_subset('<!ENTITY l8 SYSTEM "file:///etc/passwd">')] * LASTS, "document type", True
    ),
)

# How the list itself may be odd: from the entries of a good one to those of an odd one, and how many may be rejected.
Change = Callable[[list[Entry]], list[Entry]]


def _each(**changes: Any) -> Change:
    """Change one entry of three."""
    return lambda good: [replace(one, **changes) if n % 3 == 1 else one for n, one in enumerate(good)]


CONTENT: dict[str, Change] = {
    "out of order": lambda good: good[::-1],
    "each twice": lambda good: [one for one in good for _ in range(2)],
    "repeated at the end": lambda good: [*good, *good[:4]],
    "10 MB abstract": _each(abstract=("tide" * 25 + " ") * 100_000),
    "no abstract": _each(abstract=None),
    "no authors": _each(authors=None),
    "no date": _each(published=None),
    "no title": _each(title=None),
    "a date that is none": _each(published="soon"),
    "a nameless author": _each(authors=("", "Ada Quíll")),
}
IDS = (
    None,
    "",
    "no such id",
    "x" * 300,
    "2601.1",
    "a b\tc",
    "💧",
    "../../etc/passwd",
    "' OR 1=1 --",
    "<b>1</b>",
    "\u202e1",
)
LATER = timedelta(days=1, hours=1)
