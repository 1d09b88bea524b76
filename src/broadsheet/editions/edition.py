"""What an edition is: the front page of a day, week or month, its sections, the places in them, its corrections.

How it is filled, `compose` says; what a published one holds, `store` keeps.
A place's parts are as they were printed: rounded so that they add up to its score.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

from broadsheet.editions.spans import Period, Span
from broadsheet.papers.paper import Paper
from broadsheet.trending.explain import Part

Section = Literal["lead", "picks", "trending", "sent", "new", "shelf"]
SECTIONS: tuple[Section, ...] = get_args(Section)


@dataclass(frozen=True, slots=True)
class Place:
    """A paper's position in a section; `score` is None and `parts` empty where no score put it there.

    `blurb` is a text about the paper that is not its abstract, empty where nobody wrote one; `kicker` the words that
    an editor put above the title. `chosen` says that an editor put it there.
    """

    place: int
    paper: Paper
    score: float | None
    reason: str
    parts: tuple[Part, ...] = ()
    blurb: str = ""
    kicker: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What a list of editions says of one."""

    id: int
    period: Period
    day: date
    number: int
    published_at: datetime
    new_papers: int

    @property
    def span(self) -> Span:
        """The days it stands for."""
        return Span(self.period, self.day)


@dataclass(frozen=True, slots=True)
class Appearance:
    """Where a paper stands in a published edition; of several sections, the first on the page."""

    head: Head
    section: Section
    place: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What was found wrong once a page was out; `paper_id` is None where it is about the page as a whole."""

    made_at: datetime
    note: str
    paper_id: int | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """A front page: open while `id` and `published_at` are None, then published and as it was.

    `day` is the first of its days. `number` counts the published ones of its period; an open edition bears the number
    that it will get. `notice` is a sentence for a day on which something is missing, else empty.
    """

    id: int | None
    period: Period
    day: date
    number: int
    published_at: datetime | None
    new_papers: int
    notice: str = ""
    lead: Place | None = None
    picks: list[Place] = field(default_factory=list)
    trending: list[Place] = field(default_factory=list)
    sent: list[Place] = field(default_factory=list)
    new: list[Place] = field(default_factory=list)
    shelf: list[Place] = field(default_factory=list)
    corrections: tuple[Correction, ...] = ()

    def sections(self) -> Iterator[tuple[Section, list[Place]]]:
        """Yield every section in the order of the page, empty ones too."""
        yield "lead", [self.lead] if self.lead else []
        yield "picks", self.picks
        yield "trending", self.trending
        yield "sent", self.sent
        yield "new", self.new
        yield "shelf", self.shelf

    def corrected(self, paper_id: int | None) -> list[Correction]:
        """Return the corrections about one paper, or with None those about the page and what is no more on it."""
        if paper_id is not None:
            return [one for one in self.corrections if one.paper_id == paper_id]
        there = {place.paper.id for _, places in self.sections() for place in places}
        return [one for one in self.corrections if one.paper_id not in there]

    @property
    def span(self) -> Span:
        """The days it stands for."""
        return Span(self.period, self.day)

    @property
    def is_published(self) -> bool:
        """Whether it is out, and so will not change any more."""
        return self.published_at is not None
