"""What a journal's feed puts on the wire, as far as Broadsheet reads it; nothing is interpreted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; a field that is not there is empty. `summary` is HTML that has been made harmless."""

    raw: Mapping[str, Any]
    id: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    doi: str = ""
    journal: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed; `version` is the form that it is in, such as `rss20` or `atom10`."""

    version: str
    title: str
    entries: tuple[Entry, ...]
