"""The reuse card of a paper on its page, and as a file for programs: JSON, JSON-LD, Turtle.

What is known and what it means, `broadsheet.reuse` says; here it is only laid out. Links to archives are for the reader
to follow: no page loads anything from them.
"""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import NotFound
from broadsheet.papers.paper import Paper
from broadsheet.reuse.card import Item
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.forms import MEDIA, Form, written
from broadsheet.reuse.questions import Reply, count_words, replies, size_words
from broadsheet.web import words
from broadsheet.web.site import Site

# By the ending of the file, which is how people know the form.
_FORMS: dict[str, Form] = {"json": "json", "jsonld": "jsonld", "ttl": "turtle"}
_NAMES = {"json": "JSON", "jsonld": "JSON-LD", "ttl": "Turtle"}
_LONGEST = 60
_HOSTS = ("github.com/", "gitlab.com/", "huggingface.co/datasets/", "huggingface.co/spaces/", "huggingface.co/")


@dataclass(frozen=True, slots=True)
class Shown:
    """One artefact as the page shows it: `short` names it, `notes` are what is known of it in a few words each."""

    item: Item
    short: str
    notes: tuple[str, ...]

    @property
    def unlicensed(self) -> bool:
        """Whether its host was asked and names no licence."""
        asked = self.item.state == "alive" and self.item.kind in ("code", "model", "data")
        return asked and self.item.licence is None and self.item.facts != Facts()


@dataclass(frozen=True, slots=True)
class Reuse:
    """The card as the page shows it: the authors' own and what may be, then `others`, what is not.

    `files` are name, path and media type of its other forms.
    """

    shown: tuple[Shown, ...]
    others: tuple[Shown, ...]
    replies: tuple[Reply, ...]
    files: tuple[tuple[str, str, str], ...]


def reuse_of(site: Site, paper: Paper) -> Reuse:
    """Return what the page of a paper shows of its reuse card."""
    made = site.checks.card(paper)
    shown = [Shown(one, short(one.url), _notes(one)) for one in made.items if words.is_web_address(one.url)]
    path = words.paper_path(paper)
    return Reuse(
        tuple(one for one in shown if one.item.artefact.official is not False),
        tuple(one for one in shown if one.item.artefact.official is False),
        replies(made),
        tuple((name, f"{path}/reuse.{ending}", MEDIA[_FORMS[ending]]) for ending, name in _NAMES.items()),
    )


def reuse(site: Site, request: Request) -> Response:
    """Serve the card as a file."""
    ending = request.path_params["form"]
    if ending not in _FORMS:
        raise NotFound(f"A reuse card comes as .json, .jsonld or .ttl, not as “.{ending[:20]}”.", value=ending)
    form, paper = _FORMS[ending], site.catalogue.get(request.path_params["key"])
    page = f"{site.settings.site}{words.paper_path(paper)}"
    name = quote(paper.key.replace(":", "-").replace("/", "-"), safe="-._")
    return Response(
        written(site.checks.card(paper), form, page, site.clock.now()).encode("utf-8", "replace"),
        media_type=f"{MEDIA[form]}; charset=utf-8",
        headers={
            "Content-Disposition": f'inline; filename="{name}-reuse.{ending}"',
            "Cache-Control": "private, no-cache",
        },
    )


def short(url: str) -> str:
    """Name an artefact by the telling end of its address."""
    bare = url.partition("://")[2].removeprefix("www.").rstrip("/")
    for host in _HOSTS:
        if bare.startswith(host) and "/" in bare.removeprefix(host):
            return bare.removeprefix(host)
    bare = bare.partition("?")[0].rstrip("/")
    return bare if len(bare) <= _LONGEST else f"{bare[:_LONGEST]}…"


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
