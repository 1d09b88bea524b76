"""bioRxiv under the contract: three preprints a page, all within the days asked for."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.biorxiv.adapter import BiorxivConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script

PAGE = 3


def case() -> Case:
    return Case(name="biorxiv", app=_app, connector=_connector, id_of=lambda n: f"10.1101/2026.01.{n + 1:02d}.700001")


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> BiorxivConnector:
    return BiorxivConnector(outgoing, clock, base_url=base)


def _app(script: Script, stock: Stock) -> Any:
    def details(request: Request) -> Response:
        start = int(request.path_params["start"])
        return script.answer(request, page(list(map(_preprint, stock.entries)), start), "application/json")

    return Starlette(routes=[Route("/details/{server}/{since}/{until}/{start}/json", details)])


def page(preprints: list[dict[str, Any]], start: int = 0, size: int = PAGE) -> bytes:
    """Return the answer for what is listed from `start` on."""
    some = preprints[start : start + size]
    message = {"status": "ok", "cursor": start, "count": len(some), "total": str(len(preprints))}
    if not preprints:
        message = {"status": "no posts found"}
    return bytes(JSONResponse({"messages": [message], "collection": some}).body)


def preprint(n: int, **fields: Any) -> dict[str, Any]:
    """Return the n-th invented preprint as the API gives it."""
    return {
        "doi": f"10.1101/2026.01.{n + 1:02d}.700001",
        "title": f"On the sleep of moss colonies, part {n}",
        "authors": "Quill, A.; Marsh, B. C.",
        "date": "2026-01-14",
        "version": "1",
        "type": "new results",
        "license": "cc_by",
        "category": "cell biology",
        "abstract": f"We watch {n} colonies.",
        "published": "NA",
        "server": "bioRxiv",
        **fields,
    }


def _preprint(entry: Entry) -> dict[str, Any]:
    authors = None if entry.authors is None else "; ".join(map(_family_first, entry.authors))
    return preprint(0, doi=entry.id, title=entry.title, abstract=entry.abstract, authors=authors, date=entry.published)


def _family_first(name: str) -> str:
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}" if given else name
