"""What editions offer to a digest, and what stands in one: sections with their places, in the order of the mail.

How sections share the room is `sections`' matter, who had what before `store`'s to know, how it looks `rendering`'s.
Every function here is pure: the same edition and history give the same selection, so equal mails are rendered once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from broadsheet.digests import sections
from broadsheet.digests.schedule import WEEK
from broadsheet.editions.edition import Edition, Place
from broadsheet.papers.paper import Paper

TITLES = {
    "lead": "Lead",
    "leads": "Other leads",
    "picks": "Editor’s picks",
    "trending": "Trending",
    "sent": "Sent in by readers",
    "new": "New",
    "shelf": "From the shelf",
    sections.AUTHORS: sections.WORDS[sections.AUTHORS],
    sections.CATEGORIES: sections.WORDS[sections.CATEGORIES],
}
KICKERS = {sections.SEARCHES: "Your search", sections.TOPICS: "Your topic"}
Offer = Mapping[str, Mapping[int, "Candidate"]]  # by section of the day's page, by paper, in their order


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a digest could hold, and the section it would stand in."""

    section: str
    place: Place


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a digest: of the edition, or of what is followed.

    `name` is a key of `TITLES`, or of `KICKERS` where the section has its own title. `page` is the path of the page on
    which there is more of it, empty where there is none.
    """

    name: str
    places: tuple[Place, ...]
    own_title: str = ""
    page: str = ""

    @property
    def title(self) -> str:
        """The section's head."""
        return self.own_title or TITLES[self.name]

    @property
    def kicker(self) -> str:
        """What stands before the head of a section with a title of its own, else empty."""
        return KICKERS.get(self.name, "")

    @property
    def followed(self) -> bool:
        """Whether it comes from what the reader follows."""
        return self.name in sections.FOLLOWED


@dataclass(frozen=True, slots=True)
class Selection:
    """What goes into one mail: from `edition`, and from the days before it where `days` is above 1.

    `empty` says why nothing is in it, where nothing is. Dates are told in the language of `locale`.
    """

    edition: Edition
    days: int
    sections: tuple[Section, ...]
    empty: str = ""
    locale: str = "en"

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
        """Whether anything comes from the edition, rather than from what is followed alone."""
        return not self.sections or not all(section.followed for section in self.sections)


def candidates(editions: Sequence[Edition]) -> Offer:
    """Return what `editions` (newest first) offer, by section of the day's page: picks with the leads, trending, what
    readers sent in, new.

    A paper stands once in a section, and may stand in several. One that was withdrawn since its edition came out is
    left out. The shelf counts, as new, only where the editions hold nothing else but their leads.
    """
    leads = [Candidate("leads" if n else "lead", edition.lead) for n, edition in enumerate(editions) if edition.lead]
    picks = _merged("picks", [edition.picks for edition in editions])
    trending = _merged("trending", [edition.trending for edition in editions])
    new = _merged("new", [edition.new for edition in editions])
    sent = _merged("sent", [edition.sent for edition in editions])
    shelf = [] if picks or trending or sent or new else _merged("shelf", [edition.shelf for edition in editions])
    offered = {
        sections.PICKS: [*leads, *picks],
        sections.TRENDING: trending,
        sections.SENT: sent,
        sections.NEW: [*new, *shelf],
    }
    return MappingProxyType({name: _by_paper(some) for name, some in offered.items()})


def offered(offer: Offer, chosen: Sequence[str]) -> dict[str, list[sections.Entry]]:
    """Return what is offered in the sections of the page that a reader chose; a paper in several, in the first."""
    found: dict[str, list[sections.Entry]] = {}
    seen: set[int] = set()
    for name in (name for name in sections.PAGE if name in chosen):
        found[name] = [sections.Entry(name, paper_id) for paper_id in offer[name] if paper_id not in seen]
        seen.update(offer[name])
    return found


def standing(offer: Offer, paper_id: int, chosen: Sequence[str]) -> Candidate | None:
    """Return the place of a paper in an edition for a reader who chose some sections, None where it has none."""
    names = [name for name in sections.PAGE if name in chosen] + [name for name in sections.PAGE if name not in chosen]
    return next((offer[name][paper_id] for name in names if paper_id in offer[name]), None)


def of_page(places: Iterable[Candidate]) -> list[Section]:
    """Gather places of the day's page, in their order, into its sections."""
    gathered: dict[str, list[Place]] = {}
    for candidate in places:
        gathered.setdefault(candidate.section, []).append(candidate.place)
    return [Section(name, tuple(some)) for name, some in gathered.items()]


def arrange(edition: Edition, days: int, chosen: Iterable[Candidate], followed: Iterable[Section] = ()) -> Selection:
    """Gather chosen places into their sections, and put those of what is followed behind them."""
    return Selection(edition, days, (*of_page(chosen), *followed))


def found(name: str, title: str, page: str, papers: Iterable[tuple[Paper, str]]) -> Section:
    """Return a section of what is followed, of papers with their reasons; `page` shows more of it."""
    places = (Place(n, paper, None, reason) for n, (paper, reason) in enumerate(papers, 1))
    return Section(name, tuple(places), title, page)


def _by_paper(some: Iterable[Candidate]) -> Mapping[int, Candidate]:
    there: dict[int, Candidate] = {}
    for candidate in some:
        if not candidate.place.paper.withdrawn:
            there.setdefault(candidate.place.paper.id, candidate)
    return there


def _merged(name: str, lists: Sequence[Sequence[Place]]) -> list[Candidate]:
    """Return the places of several editions, best places first and newer editions before older ones."""
    ranked = [(place.place, n, place) for n, places in enumerate(lists) for place in places]
    return [Candidate(name, place) for _, _, place in sorted(ranked, key=lambda entry: entry[:2])]
