"""Semantic Scholar under the contract: nine known papers, asked about three at a time."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Paper
from broadsheet.sources.s2.adapter import S2Connector
from tests.invented import paper
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script

KNOWN = tuple(paper(n + 1, identifiers=(Identifier("arxiv", f"2601.{n:05d}"),)) for n in range(9))


def case() -> Case:
    return Case(name="s2", app=_app, connector=_connector, id_of=lambda n: f"{n:040x}", posts=True)


def known(after: int, limit: int) -> Sequence[Paper]:
    return [one for one in KNOWN if one.id > after][:limit]


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> S2Connector:
    return S2Connector(outgoing, clock, known, base_url=base, batch=3)


def _app(script: Script, stock: Stock) -> Any:
    async def batch(request: Request) -> Response:
        asked = json.loads(await request.body())["ids"]
        places = [int(one.removeprefix("ARXIV:2601.")) for one in asked]
        told = [_told(stock.entries, place) for place in places]
        return script.answer(request, bytes(JSONResponse(told).body), "application/json")

    return Starlette(routes=[Route("/graph/v1/paper/batch", batch, methods=["POST"])])


def _told(entries: list[Entry], place: int) -> dict[str, Any] | None:
    """Return the entry of the paper at `place`: the one that bears its id, or stands there under an odd one."""
    found = next((one for one in entries if one.id == f"{place:040x}"), None)
    if found is None and len(entries) == len(KNOWN):
        found = entries[place]
    return _entry(found) if found else None


def entry(n: int, **fields: Any) -> dict[str, Any]:
    """Return the n-th invented entry as the API gives it."""
    return {
        "paperId": f"{n:040x}",
        "corpusId": 1000 + n,
        "externalIds": {"ArXiv": f"2601.{n:05d}", "CorpusId": 1000 + n},
        "title": f"On counting tide tables, part {n}",
        "abstract": f"We count {n} tides.",
        "authors": [{"authorId": "7", "name": "Ada Quill"}],
        "publicationDate": "2026-01-14",
        "year": 2026,
        "venue": "Tides",
        "citationCount": 10 * n,
        "influentialCitationCount": n,
        **fields,
    }


def _entry(told: Entry) -> dict[str, Any]:
    authors = None if told.authors is None else [{"name": name} for name in told.authors]
    return entry(
        0,
        paperId=told.id,
        corpusId=None,
        externalIds=None,
        title=told.title,
        abstract=told.abstract,
        authors=authors,
        publicationDate=told.published,
        year=None,
    )
