"""The feed routes: reads the request, asks the editions, answers with validators so that pollers cost nothing."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.editions.editions import Editions
from broadsheet.feeds import atom


def routes(editions: Editions, letterhead: atom.Letterhead) -> list[Route]:
    """Return the table of feed paths."""

    def daily(request: Request) -> Response:
        body = atom.daily(editions.today(), letterhead)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "max-age=300"}
        if tag in request.headers.get("if-none-match", ""):  # a proxy that compresses adds a W/ before it
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=atom.MEDIA_TYPE, headers=headers)

    return [Route("/feeds/daily.atom", daily)]
