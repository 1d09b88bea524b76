"""The feed routes: reads the request, asks the domain, answers with validators so that pollers cost nothing."""

import hashlib
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import Period
from broadsheet.feeds import atom
from broadsheet.search import question
from broadsheet.search.service import Search
from broadsheet.trending.trending import Trending

SEARCHED = 30  # papers in the feed of a search
TRENDING = 30


def routes(editions: Editions, trending: Trending, search: Search, letterhead: atom.Letterhead) -> list[Route]:
    """Return the table of feed paths."""

    def daily(request: Request) -> Response:
        return _answer(request, atom.of_edition(editions.today(), letterhead))

    def newest(period: Period, request: Request) -> Response:
        heads = editions.dates(1, period)
        edition = editions.at(heads[0].span) if heads else editions.of(editions.publisher.today(), period)
        return _answer(request, atom.of_edition(edition, letterhead))

    def searched(request: Request) -> Response:
        asked = question.read(request.query_params.multi_items())
        page = search.search(asked.text, filters=asked.filters, sort=asked.followed().sort, limit=SEARCHED)
        return _answer(request, atom.searched(asked, page, letterhead))

    def ranked(request: Request) -> Response:
        given = {name: request.query_params.get(name, "") for name in ("window", "category", "order")}
        page = trending.page(given["window"] or "day", given["category"], given["order"] or "next", TRENDING)
        told = {name: value for name, value in given.items() if value}
        return _answer(request, atom.trending(page, f"?{urlencode(told)}" if told else "", letterhead))

    return [
        Route("/feeds/daily.atom", daily),
        Route("/feeds/weekly.atom", partial(newest, "week")),
        Route("/feeds/monthly.atom", partial(newest, "month")),
        Route("/feeds/trending.atom", ranked),
        Route("/feeds/search.atom", searched),
    ]


def _answer(request: Request, body: bytes) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "max-age=300"}
    if tag in request.headers.get("if-none-match", ""):  # a proxy that compresses adds a W/ before it
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=atom.MEDIA_TYPE, headers=headers)
