"""An answer of bioRxiv's API to its wire shape; what the fields mean is the adapter's matter."""

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled, json_of
from broadsheet.sources.biorxiv.wire import Preprint, PreprintPage
from broadsheet.sources.fields import listing, mapping, text

_GOOD = ("ok", "no posts found")


def read(reply: Reply) -> PreprintPage:
    """Read one page; raises `Garbled` for anything else, and for one that bears the server's own complaint."""
    page = mapping(json_of(reply.body, reply.headers.get("content-type", "")))
    if not isinstance(page.get("collection"), list):
        raise Garbled("it holds no collection of preprints")
    message = mapping(next(iter(listing(page.get("messages"))), None))
    status = text(message.get("status"))
    if status and not status.lower().startswith(_GOOD):
        raise Garbled(f"it says “{status:.200}”")
    return PreprintPage(tuple(map(_preprint, page["collection"])), _number(message.get("total")))


def _preprint(entry: object) -> Preprint:
    told = mapping(entry)
    version = told.get("version")
    return Preprint(
        raw=told,
        doi=text(told.get("doi")),
        title=text(told.get("title")),
        authors=text(told.get("authors")),
        date=text(told.get("date")),
        version=str(version) if type(version) is int else text(version),
        type=text(told.get("type")),
        license=text(told.get("license")),
        category=text(told.get("category")),
        abstract=text(told.get("abstract")),
        published=text(told.get("published")),
        server=text(told.get("server")),
    )


def _number(value: object) -> int | None:
    """Read a count that comes as a number or as a text."""
    written = str(value)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None
