"""What one reader gets of an edition: its places in the page's order, minus what that reader was sent before.

Who has been sent what is `store`'s to know, how it looks `rendering`'s.
Every function here is pure: the same edition and history give the same selection, so equal mails are rendered once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from broadsheet.digests.schedule import WEEK
from broadsheet.editions.edition import Edition, Place
from broadsheet.papers.paper import Paper

TITLES = {
    "lead": "Lead",
    "leads": "Other leads",
    "picks": "Editor’s picks",
    "trending": "Trending",
    "new": "New",
    "shelf": "From the shelf",
}
SEARCH = "search"  # the name of a saved search's section


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a digest could hold, and the section it would stand in."""

    section: str
    place: Place


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a digest: of the edition, with a key of `TITLES` as its `name`, or of a saved search, with its own.

    `page` is the path of the page on which there is more of it, empty where there is none.
    """

    name: str
    places: tuple[Place, ...]
    own_title: str = ""
    page: str = ""

    @property
    def title(self) -> str:
        """The section's head."""
        return self.own_title or TITLES[self.name]


@dataclass(frozen=True, slots=True)
class Selection:
    """What goes into one mail: from `edition`, and from the days before it where `days` is above 1."""

    edition: Edition
    days: int
    sections: tuple[Section, ...]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers in the order of the mail."""
        return tuple(place.paper for section in self.sections for place in section.places)

    @property
    def period(self) -> str:
        """What the date of the edition ends, in words; empty for one day."""
        return "The month to " if self.days > WEEK else "The week to " if self.days > 1 else ""

    @property
    def of_edition(self) -> bool:
        """Whether anything comes from the edition, rather than from saved searches alone."""
        return not self.sections or self.sections[0].name != SEARCH


def candidates(editions: Sequence[Edition]) -> tuple[Candidate, ...]:
    """Return every place of `editions` (newest first), each paper once, in the order of a mail's sections.

    A paper that was withdrawn since its edition came out is left out.
    The shelf counts only where the editions hold nothing else but their leads.
    """
    found: list[Candidate] = []
    for n, edition in enumerate(editions):
        found += [Candidate("leads" if n else "lead", edition.lead)] if edition.lead else []
    for name in ("picks", "trending", "new"):
        found += _merged(name, [getattr(edition, name) for edition in editions])
    if all(candidate.section in {"lead", "leads"} for candidate in found):
        found += _merged("shelf", [edition.shelf for edition in editions])
    there = [candidate for candidate in found if not candidate.place.paper.withdrawn]
    return tuple({candidate.place.paper.id: candidate for candidate in reversed(there)}.values())[::-1]


def choose(among: Sequence[Candidate], size: int, had: Collection[int]) -> list[Candidate]:
    """Return at most `size` candidates that the reader has not `had`, in their order.

    Leads and picks come first; trending and new share the rest by halves, and either takes what the other leaves.
    """
    fresh = [candidate for candidate in among if candidate.place.paper.id not in had]
    first = [candidate for candidate in fresh if candidate.section not in {"trending", "new"}][:size]
    trending = [candidate for candidate in fresh if candidate.section == "trending"]
    new = [candidate for candidate in fresh if candidate.section == "new"]
    room = size - len(first)
    ranked = max((room + 1) // 2, room - len(new))
    chosen = [*first, *trending[:ranked]]
    return [*chosen, *new[: size - len(chosen)]]


def arrange(edition: Edition, days: int, chosen: Iterable[Candidate], searches: Iterable[Section] = ()) -> Selection:
    """Gather chosen candidates into their sections, and put those of saved searches behind them."""
    sections = (
        Section(name, tuple(candidate.place for candidate in group))
        for name, group in groupby(chosen, key=lambda candidate: candidate.section)
    )
    return Selection(edition, days, (*sections, *searches))


def found(title: str, question: str, papers: Iterable[tuple[Paper, str]]) -> Section:
    """Return the section of a saved search, of papers with their reasons; `question` is what its address asks."""
    places = (Place(n, paper, None, reason) for n, (paper, reason) in enumerate(papers, 1))
    return Section(SEARCH, tuple(places), title, f"/search?{question}")


def _merged(name: str, lists: Sequence[Sequence[Place]]) -> list[Candidate]:
    """Return the places of several editions, best places first and newer editions before older ones."""
    ranked = [(place.place, n, place) for n, places in enumerate(lists) for place in places]
    return [Candidate(name, place) for _, _, place in sorted(ranked, key=lambda entry: entry[:2])]
