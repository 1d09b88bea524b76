"""The reuse card as RDF: statements in the words of schema.org, CodeMeta and FAIR4ML; how they are written is `rdf`'s.

What is not known is not stated, which in RDF says just that. An artefact's address is its name, so that what others
state of it comes together with this.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from broadsheet.papers.identifiers import url_of
from broadsheet.papers.paper import ArtefactKind
from broadsheet.reuse.card import Card, Item
from broadsheet.reuse.licences import Licence

PREFIXES = {
    "schema": "http://schema.org/",
    "codemeta": "https://w3id.org/codemeta/",
    "fair4ml": "https://w3id.org/fair4ml#",
    "repostatus": "https://www.repostatus.org/#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
TYPE = "rdf:type"
_TYPES: dict[ArtefactKind, tuple[str, ...]] = {
    "code": ("schema:SoftwareSourceCode",),
    "model": ("fair4ml:MLModel", "schema:CreativeWork"),
    "data": ("schema:Dataset",),
    "demo": ("schema:WebApplication",),
    "project": ("schema:WebPage",),
}
_HUB = "https://huggingface.co/"


@dataclass(frozen=True, slots=True)
class Node:
    """What has a name: an address in full, or one shortened by a prefix of `PREFIXES`."""

    name: str


@dataclass(frozen=True, slots=True)
class Blank:
    """What has no name; `label` tells one from another within a graph."""

    label: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, or a value of an XML Schema type."""

    text: str
    datatype: str = ""


Term = Node | Blank | Literal
Triple = tuple[Node | Blank, str, Term]


def graph(card: Card, page: str, now: datetime) -> tuple[Triple, ...]:
    """Return all statements; `page` is the address of the paper's page, `now` when they are made."""
    paper = Node(page)
    return (
        *_paper(card, paper, now),
        *(one for place, item in enumerate(card.items) for one in _item(item, place, paper)),
    )


def _paper(card: Card, paper: Node, now: datetime) -> Iterator[Triple]:
    told = card.paper
    yield paper, TYPE, Node("schema:ScholarlyArticle")
    yield paper, "schema:name", Literal(told.title)
    for place, name in enumerate(told.authors):
        author = Blank(f"author{place}")
        yield paper, "schema:author", author
        yield author, TYPE, Node("schema:Person")
        yield author, "schema:name", Literal(name)
    if told.published:
        yield paper, "schema:datePublished", _date(told.published, told.date_precision)
    for one in told.identifiers:
        yield paper, "schema:identifier", Literal(str(one))
        yield paper, "schema:sameAs", Node(url_of(one))
    if told.venue:
        yield paper, "schema:publication", Literal(told.venue)
    yield from _licence(paper, card.licence)
    yield paper, "schema:sdDatePublished", Literal(now.isoformat(timespec="seconds"), "xsd:dateTime")
    for item in card.items:
        yield paper, "schema:mentions", Node(item.url)


def _item(item: Item, place: int, paper: Node) -> Iterator[Triple]:
    it, facts = Node(item.url), item.facts
    for kind in _TYPES[item.kind]:
        yield it, TYPE, Node(kind)
    yield it, "schema:name", Literal(item.url.partition("://")[2].rstrip("/"))
    yield it, "schema:url", Node(item.url)
    # Somebody else's work is about the paper, but the paper is no reference for it.
    yield it, "schema:about" if item.artefact.official is False else "codemeta:referencePublication", paper
    if item.kind == "code":
        yield it, "schema:codeRepository", Node(item.url)
    if item.moved_to:
        yield it, "schema:sameAs", Node(item.artefact.url)
    yield from _licence(it, item.licence)
    texts = {
        "schema:description": facts.description,
        "schema:version": facts.version,
        "schema:programmingLanguage": facts.language if item.kind == "code" else None,
        "schema:softwareRequirements": ", ".join(facts.environment or ()),
        "schema:contentSize": f"{facts.size} B" if facts.size else None,
        "fair4ml:mlTask": facts.task,
        "schema:conditionsOfAccess": "Its host asks for a form to be filled in." if facts.gated else None,
    }
    yield from ((it, name, Literal(text)) for name, text in texts.items() if text)
    if facts.pushed_at:
        yield it, "schema:dateModified", Literal(facts.pushed_at.isoformat(), "xsd:dateTime")
    for base in facts.base_models:
        yield it, "fair4ml:fineTunedFrom", Node(_HUB + base)
    for name in facts.trained_on:
        yield it, "fair4ml:trainedOn", Node(f"{_HUB}datasets/{name}")
    if facts.fork_of:
        yield it, "schema:isBasedOn", Node(facts.fork_of)
    if facts.doi:
        yield it, "schema:identifier", Node(f"https://doi.org/{facts.doi}")
    yield from _status(item, it, place)
    yield from _counts(item, it, place)


def _status(item: Item, it: Node, place: int) -> Iterator[Triple]:
    if item.facts.archived:
        yield it, "codemeta:developmentStatus", Node("repostatus:unsupported")
    if item.state == "dead":
        yield it, "schema:creativeWorkStatus", Literal("Not found at its address.")
        for one in item.alternatives:
            yield it, "schema:archivedAt" if "kept" in one.what else "schema:relatedLink", Node(one.url)
    if item.seen_alive_at:
        seen = Blank(f"seen{place}")
        yield it, "schema:additionalProperty", seen
        yield seen, TYPE, Node("schema:PropertyValue")
        yield seen, "schema:name", Literal("last seen at its address")
        yield seen, "schema:value", Literal(item.seen_alive_at.isoformat(timespec="seconds"), "xsd:dateTime")


def _counts(item: Item, it: Node, place: int) -> Iterator[Triple]:
    counted = {
        "schema:BookmarkAction": item.facts.stars,
        "schema:LikeAction": item.facts.likes,
        "schema:DownloadAction": item.facts.downloads,
    }
    for number, (action, count) in enumerate(counted.items()):
        if count is None:
            continue
        counter = Blank(f"count{place}x{number}")
        yield it, "schema:interactionStatistic", counter
        yield counter, TYPE, Node("schema:InteractionCounter")
        yield counter, "schema:interactionType", Node(action)
        yield counter, "schema:userInteractionCount", Literal(str(count), "xsd:integer")


def _licence(it: Node, licence: Licence | None) -> Iterator[Triple]:
    if licence:
        yield it, "schema:license", Node(licence.url) if licence.url else Literal(licence.name)


def _date(day: date, precision: str) -> Literal:
    known = {"day": ("date", 10), "month": ("gYearMonth", 7), "year": ("gYear", 4)}[precision]
    return Literal(day.isoformat()[: known[1]], f"xsd:{known[0]}")
