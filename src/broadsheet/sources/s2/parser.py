"""An answer of Semantic Scholar's batch of papers to its wire shape; what the fields mean is the adapter's matter."""

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled, json_of
from broadsheet.sources.fields import count, listing, mapping, text
from broadsheet.sources.s2.wire import Entry


def read(reply: Reply) -> list[Entry | None]:
    """Read a batch, None for each paper that is unknown there; raises `Garbled` for anything but a JSON list."""
    page = json_of(reply.body, reply.headers.get("content-type", ""))
    if not isinstance(page, list):
        told = text(mapping(page).get("error")) or text(mapping(page).get("message"))
        raise Garbled(f"it says “{told:.200}”" if told else "it is no list")
    return [_entry(entry) if isinstance(entry, dict) else None for entry in page]


def complaint(reply: Reply) -> str:
    """Return what the server says of a request that it refuses; empty where it says nothing."""
    try:
        told = mapping(json_of(reply.body))
    except Garbled:
        return ""
    return text(told.get("error")) or text(told.get("message"))


def _entry(told: dict[str, object]) -> Entry:
    external = mapping(told.get("externalIds"))
    return Entry(
        raw=told,
        id=text(told.get("paperId")),
        corpus=count(told.get("corpusId")) or count(external.get("CorpusId")),
        external=tuple((name, text(value)) for name, value in external.items() if text(value)),
        title=text(told.get("title")),
        abstract=text(told.get("abstract")),
        authors=tuple(filter(None, (text(mapping(one).get("name")) for one in listing(told.get("authors"))))),
        published=text(told.get("publicationDate")) or str(count(told.get("year")) or ""),
        venue=text(told.get("venue")),
        citations=count(told.get("citationCount")),
        influential=count(told.get("influentialCitationCount")),
    )
