"""What Zotero's web API (version 3) puts on the wire, as far as Broadsheet reads it; nothing is interpreted here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Creator:
    """One creator: `first` is empty where a name is in one piece."""

    kind: str
    last: str
    first: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item; a field that is missing or of another type is empty. `fields` are the texts among its data, by name.

    `parsed` is its date as Zotero understands it, `raw` its bibliographic data verbatim.
    """

    raw: Mapping[str, Any]
    key: str = ""
    kind: str = ""
    parsed: str = ""
    creators: tuple[Creator, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One answer; `version` is the library's, None where nothing has changed.

    `total` counts the items asked for, on all pages, and is None where nobody says.
    It `is_doubtful` where its bytes were in no charset that it named, so that letters are missing.
    """

    items: tuple[Item, ...]
    version: int | None
    total: int | None
    is_doubtful: bool = False
