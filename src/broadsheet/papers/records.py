"""What a source said of one paper: the shape in which every source hands its records to `papers`.

An adapter fills it and judges nothing; `merging` decides which work it belongs to.
`payload` is the source's own words, kept verbatim, so that merging can be redone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, DatePrecision, Version


@dataclass(frozen=True, slots=True)
class Signal:
    """One observation about a paper, such as 24 upvotes on Hugging Face at 08:00; counts are totals, not gains.

    `kind` is `hf_upvotes`, `hf_comments`, `github_stars`, …; `began_at` is when counting could first begin there
    (posting, listing), None where unknown.
    """

    kind: str
    value: float
    observed_at: datetime
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record of one source; `key` is the source's own stable id of it, unique within `source`."""

    source: str
    key: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    published: date | None
    identifiers: tuple[Identifier, ...]
    date_precision: DatePrecision = "day"
    categories: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    versions: tuple[Version, ...] = ()
    signals: tuple[Signal, ...] = ()
    venue: str = ""
    comments: str = ""
    withdrawn: bool = False
    summary: bool = False
    licence: str = ""
    payload: Mapping[str, Any] | str = field(default_factory=dict)
