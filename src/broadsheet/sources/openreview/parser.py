"""An answer of OpenReview's API to its wire shape; what the fields mean is the adapter's matter.

Version 2 wraps every field of a note's content as `{"value": …}`; what is not wrapped is read as it stands.
"""

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled, json_of
from broadsheet.sources.fields import mapping, text, texts
from broadsheet.sources.openreview.wire import Note, NotePage

# Fields of a submission's form in which venues ask for addresses.
_LINKS = ("code", "code_url", "code_link", "dataset", "dataset_url", "project_page", "html")


def read(reply: Reply) -> NotePage:
    """Read a list of notes; raises `Garbled` for anything else."""
    page = mapping(json_of(reply.body, reply.headers.get("content-type", "")))
    if not isinstance(page.get("notes"), list):
        told = text(page.get("message"))
        raise Garbled(f"it says “{told:.200}”" if told else "it holds no list of notes")
    return NotePage(tuple(map(_note, page["notes"])))


def read_token(reply: Reply) -> str:
    """Read the answer to a sign-in; empty where it holds no token."""
    return text(mapping(json_of(reply.body)).get("token"))


def complaint(reply: Reply) -> str:
    """Return what the server says of a request that it refuses; empty where it says nothing."""
    try:
        told = mapping(json_of(reply.body))
    except Garbled:
        return ""
    return text(told.get("message")) or text(told.get("name"))


def _note(entry: object) -> Note:
    told = mapping(entry)
    content = {name: _value(field) for name, field in mapping(told.get("content")).items()}
    return Note(
        raw=told,
        id=text(told.get("id")),
        forum=text(told.get("forum")),
        created=_milliseconds(told.get("cdate")) or _milliseconds(told.get("tcdate")),
        published=_milliseconds(told.get("pdate")),
        modified=_milliseconds(told.get("tmdate")) or _milliseconds(told.get("mdate")),
        deleted=_milliseconds(told.get("ddate")),
        title=text(content.get("title")),
        abstract=text(content.get("abstract")),
        authors=texts(content.get("authors")),
        venue=text(content.get("venue")),
        venue_id=text(content.get("venueid")),
        licence=text(told.get("license")),
        links=tuple(filter(None, (text(content.get(name)) for name in _LINKS))),
    )


def _value(field: object) -> object:
    return field["value"] if isinstance(field, dict) and "value" in field else field


def _milliseconds(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None
