"""What a paper is: the one shape in which every other package sees a scholarly work.

How records become a paper is `merging`'s matter, where it is kept `store`'s.
All text here is plain and already cleaned; whoever shows it must still escape it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from broadsheet.papers.identifiers import Identifier

ArtefactKind = Literal["code", "model", "data", "demo", "project"]
DatePrecision = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something that can be reused: `stars`, `licence` and `seen_alive_at` are None where nobody said.

    `official` says whether it is the authors' own, None where that is not known, and `reason` why in a sentence.
    `gone` says that it was looked for and not found.
    """

    kind: ArtefactKind
    url: str
    licence: str | None = None
    stars: int | None = None
    seen_alive_at: datetime | None = None
    found_in: str = ""
    official: bool | None = None
    reason: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a paper at one source, such as arXiv's v2."""

    identifier: Identifier
    number: int
    published: date | None


@dataclass(frozen=True, slots=True)
class Description:
    """What all sources together say of a work.

    `summary` is True where `abstract` holds a sentence of the shelf's own about the paper and no abstract is known.
    `licence` is the text's, as its source names it: an SPDX name, an address, or words; empty where none does.
    """

    title: str
    abstract: str
    authors: tuple[str, ...]
    published: date | None
    date_precision: DatePrecision
    categories: tuple[str, ...]
    sources: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    artefacts: tuple[Artefact, ...]
    links: tuple[str, ...]
    versions: tuple[Version, ...]
    venue: str
    comments: str
    withdrawn: bool
    summary: bool
    licence: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Paper(Description):
    """One scholarly work; `change` is the number of its last change, `first_seen_at` when this instance met it."""

    id: int
    first_seen_at: datetime
    updated_at: datetime
    change: int

    @property
    def key(self) -> str:
        """The public name of the paper: its best identifier as `scheme:value`, else `paper:<id>`."""
        return str(self.identifiers[0]) if self.identifiers else f"paper:{self.id}"


def artefact_kinds(artefacts: Iterable[Artefact]) -> tuple[ArtefactKind, ...]:
    """Return the kinds of what is there, each once, in the order in which a reader wants them."""
    order: tuple[ArtefactKind, ...] = ("code", "model", "data", "demo", "project")
    present = {artefact.kind for artefact in artefacts if not artefact.gone}
    return tuple(kind for kind in order if kind in present)
