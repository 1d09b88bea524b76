"""Local servers that speak the sources' protocols, with faults to order: real sockets, invented papers.

Each app answers from a `Script`: a list of faults for the next requests, then the truth.
"""

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Fault = Callable[[bytes, str], Response]


@dataclass
class Script:
    """The faults of the next requests, in order, and what was asked so far."""

    faults: list[Fault | None] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def reset(self) -> None:
        for kept in (self.faults, self.asked, self.headers, self.times):
            kept.clear()

    def answer(
        self, request: Request, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Answer with the next fault, or the truth; `headers` stand over either, as a server's own would."""
        self.asked.append(dict(request.query_params))
        self.headers.append(dict(request.headers))
        self.times.append(time.monotonic())
        fault = self.faults.pop(0) if self.faults else None
        response = fault(body, media_type) if fault else Response(body, media_type=media_type)
        for name, value in (headers or {}).items():
            response.headers.setdefault(name, value)
        return response


def status(code: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_: Response("not now", code, named)


def retry_date(seconds: float, now: datetime) -> Fault:
    return status(503, retry_after=format_datetime(now + timedelta(seconds=seconds), usegmt=True))


def html(body: bytes, media_type: str) -> Response:
    return Response("<!DOCTYPE html><html><title>Down for repair</title><br></html>", media_type="text/html")


def truncated(body: bytes, media_type: str) -> Response:
    return Response(body[: len(body) * 2 // 3], media_type=media_type)


def empty(body: bytes, media_type: str) -> Response:
    return Response(b"", media_type=media_type)


def latin1(body: bytes, media_type: str) -> Response:
    recoded = body.decode().encode("latin-1", "replace")
    return Response(recoded, headers={"content-type": f"{media_type}; charset=iso-8859-1"})


def bytes_of_no_charset(body: bytes, media_type: str) -> Response:
    return Response(body.decode().encode("latin-1", "replace"), media_type=media_type)


def bomb(body: bytes, media_type: str) -> Response:
    packed = gzip.compress(b" " * 30_000_000)
    return Response(packed, media_type=media_type, headers={"content-encoding": "gzip"})


def redirect(target: str, code: int = 302) -> Fault:
    return lambda *_: Response(status_code=code, headers={"location": target})


def drip(seconds: float) -> Fault:
    """Answer one byte at a time, each in good time, the whole never."""

    async def bytes_of(body: bytes) -> AsyncIterator[bytes]:
        for place in range(len(body)):
            yield body[place : place + 1]
            await anyio.sleep(seconds)

    return lambda body, media_type: StreamingResponse(bytes_of(body), media_type=media_type)


def instead(text: str, media_type: str = "text/xml") -> Fault:
    return lambda *_: Response(text, media_type=media_type)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop serves all of a process's servers, as long as the process lives."""
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, daemon=True).start()
    return made


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve `app` on a free loopback port while the block runs; yields its base URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    asyncio.run_coroutine_threadsafe(_start(server, listener), _loop()).result()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), _loop()).result()
        listener.close()


async def _start(server: uvicorn.Server, listener: socket.socket) -> None:
    """Do what a server's own `run` does before it waits, without its thread and its looking up ten times a second."""
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup([listener])
    await server.on_tick(0)


async def _stop(server: uvicorn.Server) -> None:
    """Close its connections and break off what is not answered yet."""
    for one in server.servers:
        one.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    tasks = list(server.server_state.tasks)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=10)


def plain_app(script: Script, body: bytes = b"hello", media_type: str = "text/plain") -> Starlette:
    def root(request: Request) -> Response:
        return script.answer(request, body, media_type)

    return Starlette(routes=[Route("/{path:path}", root, methods=["GET", "POST"])])


# --- arXiv OAI-PMH


def oai_version(number: int, date: str = "Mon, 12 Jan 2026 17:59:59 GMT", source_type: str = "D") -> str:
    return (
        f'<version version="v{number}"><date>{date}</date><size>12kb</size>'
        f"<source_type>{source_type}</source_type></version>"
    )


def oai_record(n: int, **fields: str) -> str:
    """One record in arXivRaw; `versions` are elements as `oai_version` makes them, all else is text."""
    told = {
        "id": f"2601.{n:05d}",
        "submitter": "Ada Quill",
        "versions": oai_version(1),
        "title": f"On counting tide tables,\n  part {n}",
        "authors": "Ada Qu\\'{\\i}ll, Bruno Marsh, Jr",
        "categories": "cs.IR cs.LG",
        "comments": "12 pages in Tromsø",
        "doi": f"10.5555/tide.{n}",
        "license": "http://creativecommons.org/licenses/by/4.0/",
        "abstract": f"  We count tide tables with {n} instruments.\n",
        **fields,
    }
    versions = told.pop("versions")
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in told.items() if value)
    return (
        f"<record><header><identifier>oai:arXiv.org:{told['id']}</identifier><datestamp>2026-01-14</datestamp>"
        "<setSpec>cs:cs:IR</setSpec></header>"
        f'<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">{inner}{versions}</arXivRaw></metadata></record>'
    )


def oai_document(inner: str, response_date: str = "2026-01-15T12:00:00Z") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f'<responseDate>{response_date}</responseDate><request verb="ListRecords">http://arxiv.test/oai</request>'
        f"{inner}</OAI-PMH>"
    ).encode()


def oai_page(records: list[str], token: str | None = None, response_date: str = "2026-01-15T12:00:00Z") -> bytes:
    mark = "" if token is None else f"<resumptionToken>{escape(token)}</resumptionToken>"
    return oai_document(f"<ListRecords>{''.join(records)}{mark}</ListRecords>", response_date)


def oai_error(code: str, text: str = "told by the server") -> Fault:
    return instead(oai_document(f'<error code="{code}">{text}</error>').decode())


def arxiv_app(
    script: Script, pages: list[list[str]], delay: float = 0.0, response_date: str = "2026-01-15T12:00:00Z"
) -> Starlette:
    """Serve `pages` one after another by tokens `after-1`, `after-2`, …; the last of several has an empty token."""

    async def oai(request: Request) -> Response:
        await anyio.sleep(delay)
        token = request.query_params.get("resumptionToken")
        number = int(token.removeprefix("after-")) if token else 0
        is_last = number + 1 >= len(pages)
        mark = (None if len(pages) == 1 else "") if is_last else f"after-{number + 1}"
        return script.answer(request, oai_page(pages[number], mark, response_date), "text/xml")

    return Starlette(routes=[Route("/oai", oai)])


# --- Hugging Face Daily Papers


def daily_paper(n: int, **fields: Any) -> dict[str, Any]:
    """One entry of the list; `fields` go into its `paper`."""
    paper = {
        "id": f"2601.{n:05d}",
        "authors": [{"_id": "a1", "name": "Ada Quill", "hidden": False}, {"name": "Bruno Marsh", "hidden": False}],
        "publishedAt": "2026-01-13T00:00:00.000Z",
        "submittedOnDailyAt": "2026-01-14T08:30:00.000Z",
        "title": f"On folding moss colonies, part {n}",
        "summary": f"We fold moss colonies with {n} instruments.",
        "upvotes": n,
        "discussionId": "d1",
        "githubRepo": f"https://github.com/moss/fold-{n}",
        "githubStars": 10 * n,
        "projectPage": f"https://moss.example/{n}",
        **fields,
    }
    return {"paper": paper, "publishedAt": paper["publishedAt"], "title": paper["title"], "numComments": 2}


def hf_app(script: Script, days: dict[str, list[Any]], delay: float = 0.0, most: int = 100) -> Starlette:
    """Serve each day's list in pages of `limit`, of `most` entries at most, from `p` 0 on."""

    async def daily(request: Request) -> Response:
        await anyio.sleep(delay)
        query = request.query_params
        limit, page = min(int(query.get("limit", 50)), most), int(query.get("p", 0))
        body = JSONResponse(days.get(query["date"], [])[page * limit : (page + 1) * limit]).body
        return script.answer(request, bytes(body), "application/json")

    return Starlette(routes=[Route("/api/daily_papers", daily)])
