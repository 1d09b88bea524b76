"""arXiv's OAI-PMH under the contract: three records a page, tokens that end at midnight."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.arxiv.adapter import ArxivConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script, oai_error, oai_page, oai_record, oai_version

PAGE = 3


def case() -> Case:
    return Case(
        name="arxiv",
        app=_app,
        connector=_connector,
        id_of=lambda n: f"2601.{n:05d}",
        xml=True,
        expired=oai_error("badResumptionToken"),
    )


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> ArxivConnector:
    return ArxivConnector(outgoing, clock, base_url=f"{base}/oai")


def _app(script: Script, stock: Stock) -> Any:
    def oai(request: Request) -> Response:
        token = request.query_params.get("resumptionToken")
        start = int(token.removeprefix("after-")) if token else 0
        records = [_record(entry) for entry in stock.entries[start : start + PAGE]]
        is_last = start + PAGE >= len(stock.entries)
        page = oai_page(records, ("" if start else None) if is_last else f"after-{start + PAGE}")
        return script.answer(request, page, "text/xml")

    return Starlette(routes=[Route("/oai", oai)])


def _record(entry: Entry) -> str:
    return oai_record(
        0,
        id=escape(entry.id or ""),
        title=escape(entry.title or ""),
        abstract=escape(entry.abstract or ""),
        authors=escape(", ".join(entry.authors or ())),
        versions=oai_version(1, _date(entry.published)) if entry.published else "",
        doi="",
    )


def _date(written: str) -> str:
    try:
        return format_datetime(datetime.fromisoformat(written).replace(tzinfo=UTC), usegmt=True)
    except ValueError:
        return written
