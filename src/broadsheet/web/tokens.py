"""The token that ties a form to the browser it was shown in: a nonce in a cookie, its signature in the form."""

import hmac
import secrets

from starlette.requests import Request

COOKIE = "broadsheet_form"
FIELD = "form_token"


def visitor(request: Request) -> str:
    """Return the nonce of this browser: its cookie's, or a fresh one that the answer must set."""
    given = request.cookies.get(COOKIE, "")
    return given if 20 <= len(given) <= 64 and given.isascii() else secrets.token_urlsafe(24)


def form_token(secret: bytes, nonce: str) -> str:
    """Return what a form must carry for the browser with this nonce."""
    return hmac.new(secret, b"form:" + nonce.encode("utf-8", "replace"), "sha256").hexdigest()


def belongs(secret: bytes, nonce: str, given: str) -> bool:
    """Tell whether `given` is the token of the browser with this nonce."""
    return bool(nonce) and hmac.compare_digest(form_token(secret, nonce).encode(), given.encode("utf-8", "replace"))
