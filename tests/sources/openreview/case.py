"""OpenReview under the contract: one venue, three notes a page."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.openreview.adapter import OpenReviewConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script, status

PAGE = 3


def case() -> Case:
    return Case(
        name="openreview",
        app=_app,
        connector=_connector,
        id_of=lambda n: f"tideNote{n:02d}",
        expired=status(404),
        reads=frozenset({"abstract", "authors"}),
    )


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> OpenReviewConnector:
    return OpenReviewConnector(outgoing, venues=("Tides.cc/2026/Conference",), base_url=base)


def _app(script: Script, stock: Stock) -> Any:
    def notes(request: Request) -> Response:
        """List every note once, since there an id is one note's, and from the start whatever has changed."""
        told = list({entry.id: entry for entry in stock.entries}.values())
        after = request.query_params.get("after", "")
        start = next((place for place, entry in enumerate(told, start=1) if after and entry.id == after), 0)
        page = {"notes": [_note(entry, place) for place, entry in enumerate(told)][start : start + PAGE], "count": 9}
        return script.answer(request, bytes(JSONResponse(page).body), "application/json")

    return Starlette(routes=[Route("/notes", notes)])


def note(n: int, content: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return the n-th invented note as the API gives it; `content` is put into its content, unwrapped."""
    told = {
        "title": f"On counting tide tables, part {n}",
        "abstract": f"We count {n} tides.",
        "authors": ["Ada Quill", "Bruno Marsh"],
        "keywords": ["tides"],
        "venue": "Tides 2026 Poster",
        "venueid": "Tides.cc/2026/Conference",
        "pdf": f"/pdf/{n}.pdf",
        **(content or {}),
    }
    return {
        "id": f"tideNote{n:02d}",
        "forum": f"tideNote{n:02d}",
        "cdate": 1768000000000 + n,
        "pdate": None,
        "tmdate": 1768300000000 + n,
        "ddate": None,
        "invitations": ["Tides.cc/2026/Conference/-/Submission"],
        "content": {name: {"value": value} for name, value in told.items()},
        "version": 2,
        **fields,
    }


def _note(entry: Entry, place: int) -> dict[str, Any]:
    authors = None if entry.authors is None else list(entry.authors)
    content = {"title": entry.title, "abstract": entry.abstract, "authors": authors}
    return note(place, content, id=entry.id, forum=entry.id)
