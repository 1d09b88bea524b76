"""Journals' feeds under the contract: three Atom feeds of one server, each a third of the papers."""

import hashlib
from typing import Any
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.feeds.adapter import FeedsConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script

FEEDS = 3


def case() -> Case:
    return Case(
        name="feeds",
        app=_app,
        connector=_connector,
        id_of=lambda n: f"tag:tides.example,2026:{n}",
        xml=True,
        moments=True,
    )


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> FeedsConnector:
    return FeedsConnector(outgoing, urls=[f"{base}/feed/{place}" for place in range(FEEDS)])


def _app(script: Script, stock: Stock) -> Any:
    def feed(request: Request) -> Response:
        size = -(-len(stock.entries) // FEEDS) or 1
        place = int(request.path_params["place"])
        body = atom([_entry(entry) for entry in stock.entries[place * size : (place + 1) * size]])
        return conditional(script, request, body)

    return Starlette(routes=[Route("/feed/{place}", feed)])


def conditional(script: Script, request: Request, body: bytes) -> Response:
    """Answer with 304 where the client has this very feed, else with the feed and its mark, unless it is spoilt."""
    mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if request.headers.get("if-none-match") == mark and not script.faults:
        script.asked.append(dict(request.query_params))
        return Response(status_code=304, headers={"etag": mark})
    is_true = not script.faults or script.faults[0] is None
    return script.answer(request, body, "application/atom+xml", {"etag": mark} if is_true else None)


def atom(entries: list[str]) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Journal of Tides'
        f"</title><id>tag:tides.example,2026:feed</id>{''.join(entries)}</feed>\n"
    ).encode()


def _entry(entry: Entry) -> str:
    people = "".join(f"<author><name>{escape(name)}</name></author>" for name in entry.authors or ())
    return (
        f"<entry><id>{escape(entry.id or '')}</id><title>{escape(entry.title or '')}</title>{people}"
        f"<updated>{escape(entry.published or '')}</updated><summary>{escape(entry.abstract or '')}</summary></entry>"
    )
