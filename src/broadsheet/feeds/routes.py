"""The feed routes: reads the request, asks editions or search, answers with validators so that pollers cost nothing."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.editions.editions import Editions
from broadsheet.feeds import atom
from broadsheet.search import question
from broadsheet.search.service import Search

SEARCHED = 30  # papers in the feed of a search


def routes(editions: Editions, search: Search, letterhead: atom.Letterhead) -> list[Route]:
    """Return the table of feed paths."""

    def daily(request: Request) -> Response:
        return _answer(request, atom.daily(editions.today(), letterhead))

    def searched(request: Request) -> Response:
        asked = question.read(request.query_params.multi_items())
        page = search.search(asked.text, filters=asked.filters, sort=asked.followed().sort, limit=SEARCHED)
        return _answer(request, atom.searched(asked, page, letterhead))

    return [Route("/feeds/daily.atom", daily), Route("/feeds/search.atom", searched)]


def _answer(request: Request, body: bytes) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "max-age=300"}
    if tag in request.headers.get("if-none-match", ""):  # a proxy that compresses adds a W/ before it
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=atom.MEDIA_TYPE, headers=headers)
