"""What OpenReview's API (version 2) puts on the wire, as far as Broadsheet reads it; nothing is interpreted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Note:
    """One note; a field that is missing, null or of another type is empty. `raw` is it verbatim.

    `created`, `published`, `modified` and `deleted` are milliseconds since 1970.
    """

    raw: Mapping[str, Any]
    id: str = ""
    forum: str = ""
    created: int | None = None
    published: int | None = None
    modified: int | None = None
    deleted: int | None = None
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    venue: str = ""
    venue_id: str = ""
    licence: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotePage:
    """One answer to a listing of notes."""

    notes: tuple[Note, ...]
