"""All upstreams that are asked for one paper, as one local server: each knows the invented papers 1 to 5 by its names.

`silent` holds the names of those that answer 503 now, `asked` what came in.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.settings import load
from broadsheet.sources.single.lookup import Lookup
from tests.sources.acl.case import collection, paper_xml
from tests.sources.asking import client
from tests.sources.openalex.case import work
from tests.sources.openreview.case import note
from tests.sources.s2.case import entry
from tests.sources.servers import oai_document, oai_record, serving

KNOWN = range(1, 6)
ORCID = "0000-0002-1825-0097"


@dataclass
class Upstreams:
    """The server's address, and what it does."""

    base: str = ""
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    titles: list[dict[str, Any]] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that let an instance ask here."""
        return {
            "arxiv_url": f"{self.base}/oai",
            "arxiv_interval": 0,
            "openalex_url": f"{self.base}/openalex",
            "semantic_scholar_url": f"{self.base}/s2",
            "acl_raw_url": f"{self.base}/acl",
            "openreview_url": f"{self.base}/openreview",
            "allow_private_addresses": True,
        }

    def lookup(self, clock: Clock) -> Lookup:
        return Lookup(load(**self.settings), client(clock), clock)


@contextmanager
def upstreams() -> Iterator[Upstreams]:
    """Serve them while the block runs."""
    shared = Upstreams()
    with serving(_app(shared)) as shared.base:
        yield shared


def _number(text: str) -> int:
    digits = text.rpartition(".")[2]
    return int(digits) if digits.isdigit() and int(digits) in KNOWN else 0


def _app(shared: Upstreams) -> Starlette:
    def answer(name: str, request: Request, body: bytes, kind: str = "application/json") -> Response:
        shared.asked.append(f"{name} {request.url.path}?{request.url.query}")
        return Response("not now", 503) if name in shared.silent else Response(body, media_type=kind)

    def oai(request: Request) -> Response:
        n = _number(request.query_params["identifier"])
        inner = f"<GetRecord>{oai_record(n)}</GetRecord>" if n else '<error code="idDoesNotExist">none</error>'
        return answer("arxiv", request, oai_document(inner), "text/xml")

    def works(request: Request) -> Response:
        name, _, value = request.query_params["filter"].partition(":")
        if name == "title.search":
            found = [one for one in shared.titles if value.casefold() in one["title"].casefold()]
        else:
            n = _number(value)
            author = {"author": {"display_name": "Ada Quill", "orcid": f"https://orcid.org/{ORCID}"}}
            found = [work(n, authorships=[author])] if n else []
        return answer("openalex", request, bytes(JSONResponse({"results": found}).body))

    async def batch(request: Request) -> Response:
        asked = json.loads(await request.body())["ids"][0]
        shared.asked.append(asked)
        n = _number(asked) or (int(asked, 16) if len(asked) == 40 else 0)
        return answer("s2", request, bytes(JSONResponse([entry(n) if n in KNOWN else None]).body))

    def acl(request: Request) -> Response:
        if request.path_params["name"] != "2026.tide.xml":
            return Response("404: Not Found", 404)
        return answer("acl", request, collection([paper_xml(n) for n in KNOWN]), "text/plain; charset=utf-8")

    def notes(request: Request) -> Response:
        n = int(request.query_params["id"][-2:]) if request.query_params["id"].startswith("tideNote") else 0
        if n not in KNOWN:
            return JSONResponse({"name": "NotFoundError"}, 404)
        return answer("openreview", request, bytes(JSONResponse({"notes": [note(n)]}).body))

    return Starlette(
        routes=[
            Route("/oai", oai),
            Route("/openalex/works", works),
            Route("/s2/graph/v1/paper/batch", batch, methods=["POST"]),
            Route("/acl/master/data/xml/{name}", acl),
            Route("/openreview/notes", notes),
            Route("/page/{name}", _page),
        ]
    )


_META = {
    "doi": '<meta name="citation_doi" content="10.5555/tide.2">',
    "arxiv": '<meta name="citation_arxiv_id" content="2601.00003">',
    "dc": '<META NAME="DC.Identifier" CONTENT="doi:10.5555/tide.4">',
    "nothing": "<meta name=citation_title content='On tides'>",
    "odd": "<meta name=citation_doi content='<script>'><meta name=citation_doi>",
}


def _page(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "moved":
        return RedirectResponse("/page/doi")
    if name == "pdf":
        return Response(b"%PDF-1.5", media_type="application/pdf")
    if name == "empty":
        return Response(b"", media_type="text/html")
    if name not in _META:
        return Response("gone", 404)
    return Response(f"<!doctype html><html><head>{_META[name]}</head><p>Tides</p></html>", media_type="text/html")
