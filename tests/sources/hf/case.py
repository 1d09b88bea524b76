"""Hugging Face Daily Papers under the contract: three papers a day."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.hf.adapter import HfConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script, daily_paper

DAYS = ("2026-01-15", "2026-01-14", "2026-01-13")


def case() -> Case:
    return Case(name="hf", app=_app, connector=_connector, id_of=lambda n: f"2601.{n:05d}", moments=True)


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> HfConnector:
    return HfConnector(outgoing, clock, base_url=base)


def _app(script: Script, stock: Stock) -> Any:
    def daily(request: Request) -> Response:
        """Spread the stock over the days: the first third on the newest."""
        size = -(-len(stock.entries) // len(DAYS)) or 1
        asked = request.query_params
        of_day = (
            stock.entries[(place := DAYS.index(asked["date"])) * size : (place + 1) * size]
            if asked["date"] in DAYS and asked["p"] == "0"
            else []
        )
        body = bytes(JSONResponse([_paper(entry) for entry in of_day]).body)
        return script.answer(request, body, "application/json")

    return Starlette(routes=[Route("/api/daily_papers", daily)])


def _paper(entry: Entry) -> dict[str, Any]:
    return daily_paper(
        0,
        id=entry.id,
        title=entry.title,
        summary=entry.abstract,
        authors=None if entry.authors is None else [{"name": name} for name in entry.authors],
        publishedAt=entry.published,
        githubRepo=None,
        projectPage=None,
    )
