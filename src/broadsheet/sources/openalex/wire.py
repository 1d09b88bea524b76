"""What OpenAlex puts on the wire, as far as Broadsheet reads it; nothing is interpreted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Work:
    """One work; a field that is missing, null or of another type is empty. `raw` is what was asked for of it, verbatim.

    `inverted` tells of each word of the abstract at which places it stands.
    """

    raw: Mapping[str, Any]
    id: str = ""
    doi: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    inverted: Mapping[str, Any] | None = None
    topics: tuple[str, ...] = ()
    venue: str = ""
    licence: str = ""
    links: tuple[str, ...] = ()
    citations: int | None = None
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One answer; `next` is empty on the last page."""

    works: tuple[Work, ...]
    next: str
