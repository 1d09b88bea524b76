"""Reads the forms that pages post, and refuses those that another site made a reader's browser send.

A form is believed when the browser says that it came from this site, and when it carries the token that belongs to the
reader's cookie; a program must fetch the page first. Only routes whose own token is the authority may go without.
"""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import anyio.from_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import Forbidden
from broadsheet.web.known import bound
from broadsheet.web.site import Site
from broadsheet.web.tokens import COOKIE, FIELD, belongs

LARGEST = 16 * 1024  # bytes; but for texts, the longest honest form has a few hundred
MOST_FIELDS = 50
_AGAIN = "Go back, reload the page and send the form again."

Form = Mapping[str, str]
Handler = Callable[[Site, Request, Form], Response]


def accept(handler: Handler, site: Site, request: Request, *, largest: int = LARGEST) -> Response:
    """Read a form of our own and hand it to `handler`; raises `Forbidden` for one that another site sent."""
    form = _read(request, largest)
    _require_same_site(request, site.settings.site)
    if not _ours(site, request, form.get(FIELD, "")):
        raise Forbidden(f"This form is out of date, or cookies are switched off. {_AGAIN}")
    return handler(site, request, form)


def accept_from_anywhere(handler: Handler, site: Site, request: Request) -> Response:
    """Read a form whose own token is the authority, such as the one-click unsubscribe of RFC 8058."""
    return handler(site, request, _read(request, LARGEST))


def _ours(site: Site, request: Request, given: str) -> bool:
    nonce = request.cookies.get(COOKIE, "")
    return bool(nonce) and belongs(site.secret, bound(nonce, site.known.token(request)), given)


def _require_same_site(request: Request, site: str) -> None:
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = {request.headers.get("host", ""), urlsplit(site).netloc}
    if fetched not in (None, "same-origin", "none") or (origin is not None and urlsplit(origin).netloc not in ours):
        raise Forbidden(f"This form was sent from another site. {_AGAIN}", value=origin)


def _read(request: Request, largest: int) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "A form must be sent as application/x-www-form-urlencoded.")
    body = anyio.from_thread.run(partial(_body, request, largest))
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400, f"A form has at most {MOST_FIELDS} fields.") from None
    return dict(fields)


async def _body(request: Request, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise HTTPException(413, f"A form may have {largest // 1024} kB at most; go back and shorten it.")
        parts.append(part)
    return b"".join(parts)
