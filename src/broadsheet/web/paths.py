"""Paths of this site that came from outside: a form's `back`, a header, a row; they may lead a browser nowhere else."""

from urllib.parse import urlsplit

from starlette.requests import Request

LONGEST = 2_000


def own_path(given: str) -> str:
    """Return `given` if it is a path of this site, else the front page: `//host` and `/\\host` lead elsewhere."""
    plain = given.startswith("/") and given[1:2] not in ("/", "\\") and given.isprintable() and len(given) < LONGEST
    return given if plain else "/"


def asked_path(request: Request) -> str:
    """Return path and query of the page that is asked for."""
    return own_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def came_from(request: Request) -> str:
    """Return the page of this site on which a form stood, as far as the browser tells."""
    parts = urlsplit(request.headers.get("referer", ""))
    ours = parts.netloc == request.headers.get("host", "")
    return own_path(parts.path + (f"?{parts.query}" if parts.query else "")) if ours else "/"
