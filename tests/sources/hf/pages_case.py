"""Paper pages of Hugging Face under the contract: nine pages of papers that were listed yesterday."""

import json
from collections.abc import Generator
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Batch, Cursor
from broadsheet.sources.hf.pages import PaperPages
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script

PAPERS = 9


class Pages:
    """What reads the pages, without the daily lists that the connector reads first."""

    name, title, upstream, schedule = "hf-pages", "Hugging Face", "huggingface", timedelta(hours=1)

    def __init__(self, outgoing: Outgoing, clock: Clock, base: str) -> None:
        self._pages = PaperPages(Upstream(outgoing, self.title), base, a_run=50)
        self._clock = clock

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield the pages that are due of the papers of yesterday's list."""
        today, at = self._clock.now().date(), cursor or {}
        due = self._pages.batches(at, today, lambda day: _listed() if (today - day).days == 1 else [])
        for batch, after in due:
            at = after
            yield Batch(batch.records, batch.rejected, at)
        yield Batch((), (), at, done=True)


def case() -> Case:
    return Case(name="hf-pages", app=_app, connector=Pages, id_of=_id, moments=True, reads=frozenset({"published"}))


def _id(n: int) -> str:
    return f"2601.{n:05d}"


def _listed() -> list[str]:
    return [_id(n) for n in range(PAPERS)]


def _app(script: Script, stock: Stock) -> Any:
    def paper(request: Request) -> Response:
        """Give the paper's page; where the stock has none, but one under no such number, that one."""
        asked, listed = f"2601.{request.path_params['number']}", _listed()
        found = [entry for entry in stock.entries if entry.id == asked]
        found += [entry for entry in stock.entries if entry.id not in listed]
        if not found:
            return JSONResponse({"error": "Paper not found"}, 404)
        return script.answer(request, json.dumps(_page(found[0])).encode(), "application/json")

    return Starlette(routes=[Route("/api/papers/2601.{number}", paper)])


def _page(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "publishedAt": entry.published,
        "linkedModels": [{"id": "moss/fold", "likes": 3}],
        "linkedDatasets": [],
        "linkedSpaces": [],
    }
