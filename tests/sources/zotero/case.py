"""Zotero under the contract: one library of three items a page, which tells its version and what was deleted."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.zotero.adapter import ZoteroConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script

LIBRARY = "groups/678"
VERSION = 41
PAGE = 3


def case() -> Case:
    return Case(
        name="zotero",
        app=_app,
        connector=_connector,
        id_of=lambda n: f"TIDE{n:04d}",
        key_of=lambda id_: f"{LIBRARY}/{id_}",
    )


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> ZoteroConnector:
    return ZoteroConnector(outgoing, libraries=(LIBRARY,), key="hush", base_url=base)


def _app(script: Script, stock: Stock) -> Any:
    def items(request: Request) -> Response:
        if int(request.headers.get("if-modified-since-version", 0)) >= VERSION:
            return Response(status_code=304, headers={"last-modified-version": str(VERSION)})
        start = int(request.query_params["start"])
        body = JSONResponse([_item(entry) for entry in stock.entries][start : start + PAGE]).body
        told = {"last-modified-version": str(VERSION), "total-results": str(len(stock.entries))}
        return script.answer(request, bytes(body), "application/json", told)

    return Starlette(routes=[Route("/groups/678/items/top", items)])


def item(n: int, meta: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return the n-th invented item as the API gives it; `fields` go into its data."""
    key = fields.get("key", f"TIDE{n:04d}")
    data = {
        "key": key,
        "version": n,
        "itemType": "journalArticle",
        "title": f"On counting tide tables, part {n}",
        "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Quill"}],
        "abstractNote": f"We count {n} tides.",
        "publicationTitle": "Journal of Tides",
        "date": "January 2026",
        "DOI": f"10.5555/tide.{n}",
        "url": f"https://tides.example/{n}",
        "extra": "",
        "tags": [{"tag": "to read at home"}],
        "collections": ["ABCD2345"],
        **fields,
    }
    return {"key": key, "version": n, "library": {"type": "group", "id": 678}, "meta": meta or {}, "data": data}


def _item(entry: Entry) -> dict[str, Any]:
    creators = [
        {"creatorType": "author", "firstName": name.rpartition(" ")[0], "lastName": name.rpartition(" ")[2]}
        for name in entry.authors or ()
    ]
    return item(
        0,
        key=entry.id,
        title=entry.title,
        abstractNote=entry.abstract,
        creators=None if entry.authors is None else creators,
        date=entry.published,
        DOI="",
        url="",
    )
