"""The templates of mails: their environment, their filters, and the inlining of styles.

What goes into them is `rendering`'s and `letters`' matter.
HTML templates escape everything that is not marked otherwise, and nothing from a source is ever marked.
"""

import textwrap
from functools import cache
from urllib.parse import quote, urlsplit

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from broadsheet.digests.dates import language, long_date
from broadsheet.papers.identifiers import url_of
from broadsheet.papers.paper import Artefact, Paper

WIDTH = 72
LONGEST_BLURB = 320
_SCHEMES = {"arxiv": "arXiv", "doi": "DOI", "acl": "ACL", "openalex": "OpenAlex", "s2": "Semantic Scholar"}
_KINDS = {"code": "code", "model": "model", "data": "data", "demo": "demo", "project": "project page"}


def render(name: str, /, **values: object) -> str:
    """Render one template; an HTML one comes back with its styles inlined."""
    text = environment().get_template(name).render(values)
    return _inliner().inline(text) if name.endswith(".html") else text.strip() + "\n"


@cache
def environment() -> Environment:
    """Return the environment of all mail templates."""
    made = Environment(
        loader=PackageLoader("broadsheet.digests"),
        autoescape=select_autoescape(enabled_extensions=("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "wrap": wrap,
        "clip": clip,
        "byline": byline,
        "paper_path": paper_path,
        "paper_date": paper_date,
        "source": source,
        "artefacts": artefacts,
        "head_and_deck": head_and_deck,
        "long_date": long_date,
        "language": language,
    }
    return made


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def wrap(text: str, indent: str = "") -> str:
    """Break a text into lines of 72 characters; a longer word, such as a URL, keeps its line to itself."""
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def clip(text: str, longest: int = LONGEST_BLURB) -> str:
    """Cut a text after its last whole sentence within `longest` characters, else after a word, with a mark."""
    plain = " ".join(text.split())
    if len(plain) <= longest:
        return plain
    sentence = plain[:longest].rfind(". ")
    if sentence >= longest // 2:
        return plain[: sentence + 1]
    return plain[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def byline(authors: tuple[str, ...]) -> str:
    """Return the authors as a mail names them."""
    match authors:
        case ():
            return "Authors unknown"
        case (one,):
            return one
        case (one, two):
            return f"{one} and {two}"
        case (one, *others):
            return f"{one} and {len(others)} others"
    return ""


def head_and_deck(title: str) -> tuple[str, str]:
    """Split a title after its first colon: what comes before it, colon included, and the rest."""
    head, colon, deck = title.partition(": ")
    return (head + ":", deck.strip()) if colon and deck.strip() else (title, "")


def paper_path(paper: Paper) -> str:
    """Return the path of the paper's page on the site."""
    return f"/paper/{quote(paper.key, safe=':/')}"


def paper_date(paper: Paper) -> str:
    """Return the day of publication no more exactly than it is known, empty where it is not."""
    if paper.published is None:
        return ""
    form = {"day": f"{paper.published.day} %b %Y", "month": "%b %Y", "year": "%Y"}[paper.date_precision]
    return f"{paper.published:{form}}"


def source(paper: Paper) -> tuple[str, str] | None:
    """Return name and URL of the place where the paper itself is, None where none is known."""
    if paper.identifiers:
        first = paper.identifiers[0]
        return f"{_SCHEMES.get(first.scheme, first.scheme)} {first.value}", url_of(first)
    links = [link for link in paper.links if _is_web(link)]
    return (urlsplit(links[0]).hostname or "link", links[0]) if links else None


def artefacts(paper: Paper) -> list[tuple[str, str]]:
    """Return words and URL of the first artefact of each kind that is there, such as ("code, MIT", "https://…")."""
    first: dict[str, Artefact] = {}
    for artefact in paper.artefacts:
        if _is_web(artefact.url) and not artefact.gone:
            first.setdefault(artefact.kind, artefact)
    return [(_words(first[kind]), first[kind].url) for kind in _KINDS if kind in first]


def _words(artefact: Artefact) -> str:
    name = _KINDS[artefact.kind]
    return f"{name}, {artefact.licence}" if artefact.licence else name


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))
