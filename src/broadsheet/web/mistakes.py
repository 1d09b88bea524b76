"""Turns errors into pages with the right status: the one place where the web door translates the tree of `errors`.

A person's mistake is told in words; a fault of ours is logged whole and told without details.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import (
    BroadsheetError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    SignInNeeded,
    TooMany,
    Unavailable,
)
from broadsheet.logs import get_logger
from broadsheet.web.headers import GUARD
from broadsheet.web.paths import asked_path, came_from
from broadsheet.web.site import Site

_STATUS: tuple[tuple[type[BroadsheetError], int], ...] = (
    (NotFound, 404),
    (Invalid, 400),
    (Conflict, 409),
    (SignInNeeded, 401),
    (Forbidden, 403),
    (TooMany, 429),
    (Unavailable, 503),
)
_SAID = {
    404: "Nothing is at this address. It may have been typed wrongly, or a paper may have left.",
    405: "This address cannot be used in that way.",
}

_log = get_logger("web")


def handlers(site: Site) -> Mapping[Any, Callable[[Request, Exception], Response]]:
    """Return the table of what to show for which exception, as Starlette takes it."""

    def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, BroadsheetError)  # noqa: S101 - registered for nothing else
        if isinstance(error, SignInNeeded):
            return _to_sign_in(site, request, error)
        answer = site.pages.error(request, status_of(error), error.message)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(max(1, round(error.retry_after)))
        return answer

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        usual = error.detail == HTTPStatus(error.status_code).phrase
        message = _SAID.get(error.status_code, error.detail) if usual else error.detail
        answer = site.pages.error(request, error.status_code, message)
        answer.headers.update(error.headers or {})
        return answer

    def broken(request: Request, error: Exception) -> Response:
        _log.error("web.failed", path=request.url.path, method=request.method, exc_info=error)
        # Starlette answers this outside of all other middleware, so the guard is put on here.
        return Response(_BROKEN, 500, {"Cache-Control": "no-store"} | GUARD, media_type="text/html")

    return {BroadsheetError: told, HTTPException: refused, Exception: broken}


def _to_sign_in(site: Site, request: Request, error: SignInNeeded) -> Response:
    """Lead to the page where one signs in; a form that was sent is told so, since it has to be sent again."""
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(f"/sign-in?{urlencode({'back': asked_path(request)})}", 303)
    return site.pages.show(request, "sign_in_needed.html", 401, message=error.message, back=came_from(request))


def status_of(error: BroadsheetError) -> int:
    """Return the HTTP status of an error; one outside the known kinds is a fault of ours."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


# No template, no database, no stylesheet: whatever broke may have been one of them.
_BROKEN = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Something broke</title><h1>Something broke</h1><p>The fault is ours and is written into the log. "
    'Load the page again, or go to <a href="/">today’s page</a>.</p></html>'
)
