"""The reuse card of a paper on its page, and as a file for programs: JSON, JSON-LD, Turtle.

What is known and what it means, `broadsheet.reuse` says; here it is only laid out. Links to archives are for the reader
to follow: no page loads anything from them.
"""

import json
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import NotFound
from broadsheet.papers.paper import Paper
from broadsheet.reuse.card import Card, Item, card
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.graph import graph
from broadsheet.reuse.plain import as_json
from broadsheet.reuse.questions import Reply, count_words, replies, size_words
from broadsheet.reuse.rdf import json_ld, turtle
from broadsheet.web import words
from broadsheet.web.site import Site

_FORMS = {"json": "application/json", "jsonld": "application/ld+json", "ttl": "text/turtle"}
_NAMES = {"json": "JSON", "jsonld": "JSON-LD", "ttl": "Turtle"}
_HOSTS = ("github.com/", "gitlab.com/", "huggingface.co/datasets/", "huggingface.co/spaces/", "huggingface.co/")


@dataclass(frozen=True, slots=True)
class Shown:
    """One artefact as the page shows it: `short` names it, `notes` are what is known of it in a few words each."""

    item: Item
    short: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reuse:
    """The card as the page shows it; `files` are name and path of its other forms."""

    shown: tuple[Shown, ...]
    replies: tuple[Reply, ...]
    files: tuple[tuple[str, str], ...]


def reuse_of(site: Site, paper: Paper) -> Reuse:
    """Return what the page of a paper shows of its reuse card."""
    made = _card(site, paper)
    shown = tuple(Shown(one, short(one.url), _notes(one)) for one in made.items if words.is_web_address(one.url))
    path = words.paper_path(paper)
    return Reuse(shown, replies(made), tuple((name, f"{path}/reuse.{form}") for form, name in _NAMES.items()))


def reuse(site: Site, request: Request) -> Response:
    """Serve the card as a file."""
    form = request.path_params["form"]
    if form not in _FORMS:
        raise NotFound(f"A reuse card comes as .json, .jsonld or .ttl, not as “.{form[:20]}”.", value=form)
    paper = site.catalogue.get(request.path_params["key"])
    name = quote(paper.key.replace(":", "-").replace("/", "-"), safe="-._")
    return Response(
        _written(site, _card(site, paper), form).encode("utf-8", "replace"),
        media_type=f"{_FORMS[form]}; charset=utf-8",
        headers={
            "Content-Disposition": f'inline; filename="{name}-reuse.{form}"',
            "Cache-Control": "private, no-cache",
        },
    )


def _card(site: Site, paper: Paper) -> Card:
    return card(paper, site.checks.of(one.url for one in paper.artefacts))


def _written(site: Site, made: Card, form: str) -> str:
    if form == "json":
        return json.dumps(as_json(made), ensure_ascii=False, indent=1) + "\n"
    triples = graph(made, f"{site.settings.site}{words.paper_path(made.paper)}", site.clock.now())
    return turtle(triples) if form == "ttl" else json_ld(triples)


def short(url: str) -> str:
    """Name an artefact by the telling end of its address."""
    bare = url.partition("://")[2].removeprefix("www.").rstrip("/")
    for host in _HOSTS:
        if bare.startswith(host) and "/" in bare.removeprefix(host):
            return bare.removeprefix(host)
    return bare


def _notes(item: Item) -> tuple[str, ...]:
    facts = item.facts
    notes = [
        words.count(facts.stars, "star") if facts.stars is not None else "",
        words.count(facts.downloads, "download") if facts.downloads else "",
        f"{count_words(facts.parameters)} parameters" if facts.parameters else "",
        size_words(facts.size) if facts.size else "",
        facts.framework or (facts.language if item.kind == "code" else "") or "",
        _made_from(facts),
        "behind a form" if facts.gated else "",
        "archived by its owners" if facts.archived else "",
    ]
    return tuple(filter(None, notes))


def _made_from(facts: Facts) -> str:
    if facts.base_models:
        return f"from {facts.base_models[0]}"
    return f"forked from {short(facts.fork_of)}" if facts.fork_of else ""
