"""An answer of Zotero's API to its wire shape; what the fields mean is the adapter's matter.

Notes, tags and whatever else a person wrote for themselves is dropped here, so that it is kept nowhere.
"""

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled, json_of, text_of
from broadsheet.sources.fields import listing, mapping, text, texts
from broadsheet.sources.zotero.wire import Creator, Item, ItemPage

MISSING = "\ufffd"
_PRIVATE = frozenset({"tags", "collections", "relations", "note", "rights", "inPublications"})


def read(reply: Reply) -> ItemPage:
    """Read one page of items; raises `Garbled` for anything else."""
    if reply.status == 304:
        return ItemPage((), None, None)
    content_type = reply.headers.get("content-type", "")
    page = json_of(reply.body, content_type)
    if not isinstance(page, list):
        raise Garbled("it is no list of items")
    total = _number(reply, "total-results")
    items = tuple(map(_item, page))
    is_doubtful = MISSING in text_of(reply.body, content_type)
    return ItemPage(items, version_of(reply), total, is_doubtful)


def read_deleted(reply: Reply) -> tuple[str, ...]:
    """Return the keys of the items that are gone; raises `Garbled` for anything else."""
    page = json_of(reply.body, reply.headers.get("content-type", ""))
    if not isinstance(page, dict):
        raise Garbled("it tells of no deletions")
    return texts(page.get("items"))


def version_of(reply: Reply) -> int:
    """Return the library's version; raises `Garbled` where the answer has none: without it nothing can be resumed."""
    version = _number(reply, "last-modified-version")
    if version is None:
        raise Garbled("it does not tell the library's version")
    return version


def _item(entry: object) -> Item:
    told = mapping(entry)
    data = {name: value for name, value in mapping(told.get("data")).items() if name not in _PRIVATE}
    return Item(
        raw=data,
        key=text(told.get("key")) or text(data.get("key")),
        kind=text(data.get("itemType")),
        parsed=text(mapping(told.get("meta")).get("parsedDate")),
        creators=tuple(_creator(mapping(creator)) for creator in listing(data.get("creators"))),
        fields={name: text(value) for name, value in data.items() if text(value)},
    )


def _creator(told: object) -> Creator:
    one = mapping(told)
    return Creator(
        text(one.get("creatorType")), text(one.get("lastName")) or text(one.get("name")), text(one.get("firstName"))
    )


def _number(reply: Reply, header: str) -> int | None:
    written = reply.headers.get(header, "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None
