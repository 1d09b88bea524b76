"""arXiv's RSS under the contract: the whole list in one answer."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv_rss.adapter import ArxivRssConnector
from tests.sources.contract import Case, Stock
from tests.sources.modes import Entry
from tests.sources.servers import Script

THURSDAY = "Thu, 15 Jan 2026 00:00:00 -0500"


def case() -> Case:
    return Case(
        name="arxiv-rss", app=app, connector=_connector, id_of=lambda n: f"2601.{n:05d}", xml=True, moments=True
    )


def _connector(outgoing: Outgoing, clock: Clock, base: str) -> ArxivRssConnector:
    return ArxivRssConnector(outgoing, clock, base_url=f"{base}/rss")


def app(script: Script, stock: Stock) -> Any:
    def rss(request: Request) -> Response:
        body = feed("".join(_item(entry) for entry in stock.entries))
        return script.answer(request, body, "application/rss+xml")

    return Starlette(routes=[Route("/rss/{name}", rss)])


def feed(items: str, announced: str = THURSDAY) -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">'
        f"<channel><title>cs updates on arXiv.org</title><pubDate>{announced}</pubDate>{items}</channel></rss>"
    ).encode()


def item(n: int, **fields: str) -> str:
    """One announced paper; `fields` are `id`, `version`, `kind` and the elements' own names."""
    told = {
        "id": f"2601.{n:05d}",
        "version": "1",
        "kind": "new",
        "title": f"On counting tide tables, part {n}",
        "abstract": f"We count tide tables with {n} instruments.",
        "creator": r"Ada Qu\'{\i}ll, Bruno Marsh",
        "pubDate": THURSDAY,
        "more": "<category>cs.IR</category><category>cs.LG</category>",
        **fields,
    }
    lead = f"arXiv:{told['id']}v{told['version']} Announce Type: {told['kind']} \nAbstract: "
    return (
        f"<item><title>{told['title']}</title><link>https://arxiv.org/abs/{told['id']}</link>"
        f"<description>{lead}{told['abstract']}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{told["id"]}v{told["version"]}</guid>'
        f"<pubDate>{told['pubDate']}</pubDate><arxiv:announce_type>{told['kind']}</arxiv:announce_type>"
        f"<dc:creator>{told['creator']}</dc:creator>{told['more']}</item>"
    )


def _item(entry: Entry) -> str:
    return item(
        0,
        id=escape(entry.id or ""),
        title=escape(entry.title or ""),
        abstract=escape(entry.abstract or ""),
        creator=escape(", ".join(entry.authors or ())),
        pubDate=_moment(entry.published or ""),
    )


def _moment(written: str) -> str:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    if len(written) > 10 and moment.tzinfo is None:
        return f"{moment:%a, %d %b %Y %H:%M:%S} -0000"
    return format_datetime(moment if moment.tzinfo else moment.replace(tzinfo=ZONE))
