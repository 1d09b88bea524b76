"""OpenAlex under the contract: three works a page, cursors that do not last."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.openalex.adapter import OpenAlexConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script, status

PAGE = 3


def case() -> Case:
    return Case(
        name="openalex",
        app=_app,
        connector=_connector,
        id_of=lambda n: f"https://openalex.org/W44000000{n:02d}",
        key_of=lambda id_: id_.rpartition("/")[2],
        expired=status(400),
    )


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> OpenAlexConnector:
    return OpenAlexConnector(outgoing, clock, base_url=base, filters="topics.id:T1", key="hush")


def _app(script: Script, stock: Stock) -> Any:
    def works(request: Request) -> Response:
        return script.answer(
            request, page(list(map(_work, stock.entries)), request.query_params["cursor"]), "application/json"
        )

    return Starlette(routes=[Route("/works", works)])


def page(works: list[dict[str, Any]], cursor: str = "*") -> bytes:
    """Return the answer at `cursor`, which counts the works before it."""
    start = 0 if cursor == "*" else int(cursor.removeprefix("after-"))
    following = f"after-{start + PAGE}" if start + PAGE < len(works) else None
    meta = {"count": len(works), "per_page": PAGE, "next_cursor": following}
    return bytes(JSONResponse({"meta": meta, "results": works[start : start + PAGE]}).body)


def inverted(abstract: str) -> dict[str, list[int]]:
    """Return an abstract as OpenAlex gives it."""
    found: dict[str, list[int]] = {}
    for place, word in enumerate(abstract.split()):
        found.setdefault(word, []).append(place)
    return found


def work(n: int, **fields: Any) -> dict[str, Any]:
    """Return the n-th invented work as the API gives it."""
    landing = f"https://tides.example/{n}"
    return {
        "id": f"https://openalex.org/W44000000{n:02d}",
        "doi": f"https://doi.org/10.5555/tide.{n}",
        "title": f"On counting tide tables, part {n}",
        "authorships": [{"author": {"display_name": "Ada Quill"}, "raw_author_name": "Quill A."}],
        "publication_date": "2026-01-14",
        "abstract_inverted_index": inverted(f"We count tides and {n} tides more"),
        "topics": [{"display_name": "Tidal studies"}],
        "primary_location": {"landing_page_url": landing, "source": {"display_name": "Journal of Tides"}},
        "locations": [{"landing_page_url": landing}],
        "cited_by_count": n,
        "is_retracted": False,
        **fields,
    }


def _work(entry: Entry) -> dict[str, Any]:
    authors = None if entry.authors is None else [{"author": {"display_name": name}} for name in entry.authors]
    return work(
        0,
        id=entry.id,
        doi=None,
        title=entry.title,
        authorships=authors,
        publication_date=entry.published,
        abstract_inverted_index=None if entry.abstract is None else inverted(entry.abstract),
        primary_location=None,
        locations=None,
    )
