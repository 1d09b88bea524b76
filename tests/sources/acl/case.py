"""The ACL Anthology under the contract: a repository with three collections, each a third of the papers."""

import hashlib
from typing import Any
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.acl.adapter import AclConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script

FILES = ("2026.ebb.xml", "2026.flow.xml", "2026.tide.xml")
COMMIT = "c" * 40


def case() -> Case:
    return Case(
        name="acl",
        app=_app,
        connector=_connector,
        id_of=lambda n: f"2026.tide-long.{n + 1}",
        reads=frozenset({"abstract", "authors"}),
    )


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> AclConnector:
    return AclConnector(outgoing, clock, api_url=f"{base}/api", raw_url=f"{base}/raw")


def _app(script: Script, stock: Stock) -> Any:
    def files() -> dict[str, bytes]:
        size = -(-len(stock.entries) // len(FILES)) or 1
        thirds = [stock.entries[place * size : (place + 1) * size] for place in range(len(FILES))]
        return {name: collection(list(map(_paper, third))) for name, third in zip(FILES, thirds, strict=True)}

    return repository(script, files)


def repository(script: Script, files: Any) -> Starlette:
    """Serve a repository whose folder data/xml holds what `files` returns, as GitHub does: old lists stay."""
    shown: dict[str, dict[str, str]] = {}

    def branch(request: Request) -> Response:
        told = {"name": "master", "commit": {"sha": COMMIT, "commit": {"tree": {"sha": "root"}}}}
        return script.answer(request, bytes(JSONResponse(told).body), "application/json")

    def tree(request: Request) -> Response:
        sha = request.path_params["sha"]
        held = {name: git_hash(body) for name, body in files().items()}
        whole = git_hash(repr(sorted(held.items())).encode())
        shown[whole] = held
        known = {"root": {"data": "data", "README.md": "r"}, "data": {"xml": whole, "yaml": "y"}, **shown}
        if sha not in known:
            return JSONResponse({"message": "Not Found"}, 404)
        listed = {"sha": sha, "tree": [{"path": p, "sha": s} for p, s in known[sha].items()], "truncated": False}
        return script.answer(request, bytes(JSONResponse(listed).body), "application/json")

    def raw(request: Request) -> Response:
        return script.answer(request, files()[request.path_params["name"]], "text/plain; charset=utf-8")

    return Starlette(
        routes=[
            Route("/api/branches/master", branch),
            Route("/api/git/trees/{sha}", tree),
            Route("/raw/{commit}/data/xml/{name}", raw),
        ]
    )


def git_hash(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()


def collection(papers: list[str], name: str = "2026.tide", meta: str = "") -> bytes:
    """Return a collection of one volume."""
    told = meta or (
        "<booktitle>Proceedings of the <fixed-case>T</fixed-case>ide Meeting</booktitle><month>July–August</month>"
        "<year>2026</year><venue>tide</venue>"
    )
    return (
        f'<?xml version=\'1.0\' encoding=\'UTF-8\'?>\n<collection id="{name}"><volume id="long" type="proceedings">'
        f"<meta>{told}</meta><frontmatter><url>{name}-long.0</url></frontmatter>{''.join(papers)}</volume>"
        '<event id="tide-2026"><meta><title>Tide</title></meta></event></collection>'
    ).encode()


def paper_xml(n: int, inner: str = "", **fields: str) -> str:
    """Return the n-th invented paper of a volume; `fields` are XML, `inner` comes at its end."""
    told = {
        "title": f"On counting tide tables, part {n}",
        "author": "<first>Ada</first><last>Quíll</last>",
        "abstract": f"We count {n} tides.",
        "url": f"2026.tide-long.{n}",
        "bibkey": f"quill-2026-tide-{n}",
        **fields,
    }
    parts = "".join(f"<{name}>{value}</{name}>" for name, value in told.items() if value)
    return f'<paper id="{n}">{parts}{inner}</paper>'


def _paper(entry: Entry) -> str:
    names = [escape(name).rpartition(" ") for name in entry.authors or ()]
    people = "".join(f"<author><first>{given}</first><last>{family}</last></author>" for given, _, family in names)
    before, _, number = (entry.id or "").rpartition(".")
    return paper_xml(
        int(number) if before == "2026.tide-long" else 99,
        people,
        title=escape(entry.title or ""),
        author="",
        abstract=escape(entry.abstract or ""),
        url=escape(entry.id or ""),
    )
