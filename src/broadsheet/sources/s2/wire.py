"""What Semantic Scholar's graph puts on the wire, as far as Broadsheet reads it; nothing is interpreted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper of an answer; a field that is missing, null or of another type is empty. `raw` is it verbatim."""

    raw: Mapping[str, Any]
    id: str = ""
    corpus: int | None = None
    external: tuple[tuple[str, str], ...] = ()
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    venue: str = ""
    citations: int | None = None
    influential: int | None = None
