"""Signing in by an OpenID provider: the way there, and the way back.

Both are GETs, as the protocol has it; what the browser carries in a cookie makes the way back its own.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.accounts.openid import WITHIN, OpenId
from broadsheet.errors import NotFound
from broadsheet.web.paths import own_path
from broadsheet.web.site import Site

COOKIE = "broadsheet_openid"
PATH = "/sign-in/openid"


def leave(site: Site, request: Request) -> Response:
    """Send the browser to the provider."""
    url, carried = _openid(site).begin(own_path(request.query_params.get("back", "/")))
    answer = RedirectResponse(url, 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        COOKIE,
        carried,
        max_age=int(WITHIN.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=site.known.secure,
        path=PATH,
    )
    return answer


def come_back(site: Site, request: Request) -> Response:
    """Sign in whom the provider names, and lead back to where it was wanted."""
    reader, back = _openid(site).accept(dict(request.query_params), request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(own_path(back), 303, {"Cache-Control": "no-store"})
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=site.known.secure)
    site.known.keep(answer, site.accounts.sessions.begin(reader.id, before=site.known.token(request)))
    return answer


def _openid(site: Site) -> OpenId:
    if site.accounts.openid is None:
        raise NotFound("This instance has no OpenID provider. Sign in by mail at /sign-in.")
    return site.accounts.openid
