"""What an edition is: a day's front page, its sections, and the places in them.

How it is filled, `compose` says; what a published one holds, `store` keeps.
A place's parts are as they were printed: rounded so that they add up to its score.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from broadsheet.papers.paper import Paper
from broadsheet.trending.explain import Part

Section = Literal["lead", "picks", "trending", "new", "shelf"]


@dataclass(frozen=True, slots=True)
class Place:
    """A paper's position in a section; `score` is None and `parts` empty where no score put it there.

    `blurb` is a text about the paper that is not its abstract, empty where nobody wrote one.
    """

    place: int
    paper: Paper
    score: float | None
    reason: str
    parts: tuple[Part, ...] = ()
    blurb: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a list of editions says of one."""

    id: int
    period: str
    day: date
    number: int
    published_at: datetime
    new_papers: int


@dataclass(frozen=True, slots=True)
class Edition:
    """A front page: open while `id` and `published_at` are None, then published and as it was.

    `number` counts the published ones; an open edition bears the number that it will get. `notice` is a sentence for
    a day on which something is missing, else empty.
    """

    id: int | None
    period: str
    day: date
    number: int
    published_at: datetime | None
    new_papers: int
    notice: str = ""
    lead: Place | None = None
    picks: list[Place] = field(default_factory=list)
    trending: list[Place] = field(default_factory=list)
    new: list[Place] = field(default_factory=list)
    shelf: list[Place] = field(default_factory=list)

    def sections(self) -> Iterator[tuple[Section, list[Place]]]:
        """Yield every section in the order of the page, empty ones too."""
        yield "lead", [self.lead] if self.lead else []
        yield "picks", self.picks
        yield "trending", self.trending
        yield "new", self.new
        yield "shelf", self.shelf

    @property
    def is_published(self) -> bool:
        """Whether it is out, and so will not change any more."""
        return self.published_at is not None
