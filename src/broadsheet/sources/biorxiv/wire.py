"""What the API of bioRxiv and medRxiv puts on the wire; nothing is interpreted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Preprint:
    """One version of one preprint; a field that is missing or of another type is empty. `raw` is the entry verbatim."""

    raw: Mapping[str, Any]
    doi: str = ""
    title: str = ""
    authors: str = ""
    date: str = ""
    version: str = ""
    type: str = ""
    license: str = ""
    category: str = ""
    abstract: str = ""
    published: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class PreprintPage:
    """One answer; `total` counts all there are, or more than that, and is None where nobody says."""

    preprints: tuple[Preprint, ...]
    total: int | None
