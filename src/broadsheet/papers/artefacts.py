"""What can be reused: tells from a link whether it leads to code, weights, data, a demo or a project page.

Whether it is still there, `reuse` asks; whose it is, `ownership` judges. A link to the paper itself, or to a host's
front page, is no artefact. One artefact under several spellings is one: `name_of` is what they have in common.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from broadsheet.papers import hosts, identifiers, ownership, wording
from broadsheet.papers.mentions import Mention, mentions
from broadsheet.papers.paper import Artefact, ArtefactKind

# Most links of papers are one of these; telling them apart from their beginning saves taking them to pieces.
_PAPERS = (
    "https://arxiv.org/",
    "https://aclanthology.org/",
    "https://huggingface.co/papers/",
    "https://openreview.net/",
)
_LONGEST = 2_000
# Kinds that an address of a repository for anything tells: the words around it may know better.
_OPEN_HOSTS = (
    "https://zenodo.org/",
    "https://osf.io/",
    "https://figshare.com/",
    "https://doi.org/10.6084/",
    "https://huggingface.co/collections/",
)
_CODE_HOSTS = ("https://github.com/", "https://gitlab.com/")
# A name that lacks so many letters of another one's end was cut off by its text, not given twice.
_CUT_OFF = 3
_NEAR = 120  # characters before a link that speak of it


def classify(url: str, found_in: str = "link") -> Artefact | None:
    """Return the artefact that `url` leads to, its address in normal form; None where it is none."""
    kind, address, _ = _told(url.strip())
    return Artefact(kind=kind, url=address, found_in=found_in) if kind else None


def name_of(url: str) -> str:
    """Return what all spellings of one artefact's address have in common; it is a key and is never shown.

    Hosts of code and models ignore case; a web server may not, but nobody keeps two sites that differ in case alone.
    """
    bare = url.partition("://")[2].removeprefix("www.").partition("#")[0]
    return bare.removesuffix("index.html").rstrip("/").casefold()


def from_links(urls: Iterable[str], abstract: str = "", comments: str = "") -> tuple[Artefact, ...]:
    """Return the artefacts among `urls` and those that abstract and comments offer; each once.

    A link that a source names may lead anywhere; in a text, a site that is not known for artefacts is believed to be
    one only if the sentence offers it as such.
    """
    found: dict[str, Artefact] = {}
    for artefact in filter(None, map(classify, urls)):
        found.setdefault(name_of(artefact.url), artefact)
    linked = tuple(found)
    for artefact in (*_in_text(abstract, "text"), *_in_text(comments, "comments")):
        name = name_of(artefact.url)
        before = found.get(name)
        if before is None:
            if not any(_cut_off(name, whole) for whole in linked):
                found[name] = artefact
        elif before.found_in == "link":
            # The source knows the address, the authors what it is.
            kind = artefact.kind if before.url.startswith(_OPEN_HOSTS) else before.kind
            found[name] = replace(before, kind=kind, found_in=artefact.found_in, official=artefact.official)
    return tuple(found.values())


def gathered(
    said: Sequence[Artefact], links: Sequence[str], abstract: str, comments: Sequence[str], authors: Sequence[str]
) -> tuple[Artefact, ...]:
    """Return all artefacts of a paper: what sources name as such, then what links and texts lead to; each once.

    `said` are the sources' own, the most believed first; what one does not know of an artefact another may add.
    """
    found: dict[str, Artefact] = {}
    for artefact in (*map(_normal, said), *from_links(links, abstract, " \n\n".join(comments))):
        name = name_of(artefact.url)
        found[name] = _together(found[name], artefact) if name in found else artefact
    return ownership.judged(tuple(found.values()), authors)


def _normal(told: Artefact) -> Artefact:
    """Return what a source names, its address in normal form; its kind is the source's to say but for "project"."""
    known = classify(told.url)
    if known is None:
        return told
    return replace(told, url=known.url, kind=known.kind if told.kind == "project" else told.kind)


def _together(before: Artefact, more: Artefact) -> Artefact:
    """Add what `more` knows of the same artefact; a text's word on whose it is counts, whoever named it first."""
    told = more if before.official is None and more.official is not None else before
    return replace(
        before,
        licence=before.licence or more.licence,
        stars=before.stars if more.stars is None else max(before.stars or 0, more.stars),
        seen_alive_at=before.seen_alive_at or more.seen_alive_at,
        official=told.official,
        reason=told.reason,
        found_in=told.found_in if told is more else before.found_in,
    )


def _in_text(text: str, found_in: str) -> Iterator[Artefact]:
    said = list(mentions(text)) if text else []
    for mention, place, links in wording.rows(said, text):
        kind, url = _offered(mention, place, links)
        if kind:
            yield Artefact(kind, url, found_in=found_in, official=wording.whose(mention))


def _offered(mention: Mention, place: int, links: int) -> tuple[ArtefactKind | None, str]:
    kind, url, known = _told(mention.url)
    words = mention.before[-_NEAR:]
    if kind == "code" and url.startswith(_CODE_HOSTS):
        return ("data" if links == 1 and wording.is_of_data(words) else kind), url
    named = wording.kinds_named(words)
    if kind and not known:
        offered = named and wording.is_offered(mention)
        # A page is called a page; so is a site where several things stand.
        is_page = links == 1 and ("project" in named or len(named) > 1)
        told = "project" if is_page else wording.kind_of(named, place, links)
        return (told, url) if offered else (None, "")
    if url.startswith(_OPEN_HOSTS):
        reusable = [one for one in named if one != "project"]
        if not reusable and wording.is_paper_itself(words):
            return None, ""
        return wording.kind_of(reusable, place, links) or kind, url
    return kind, url


def _told(url: str) -> tuple[ArtefactKind | None, str, bool]:
    """Return kind and normal address, and whether the host itself tells the kind."""
    nothing = (None, "", True)
    if url.startswith("swh:1:"):
        return *hosts.of_software_heritage(url), True
    if url.startswith(_PAPERS):
        return nothing
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # such as a bracket without its pair
        return nothing
    if parts.scheme not in {"http", "https"} or "." not in host or len(url) > _LONGEST:
        return nothing
    steps = [step for step in parts.path.split("/") if step]
    known = hosts.told(parts, host, steps, url)
    if known is not None:
        return *known, True
    refused = identifiers.find(url) or "licens" in parts.path or "licenc" in parts.path
    return nothing if refused else ("project", url, False)


def _cut_off(name: str, whole: str) -> bool:
    rest = whole[len(name) :]
    return whole.startswith(name) and 0 < len(rest) <= _CUT_OFF and rest.isalpha() and name.count("/") == 2
