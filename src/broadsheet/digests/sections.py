"""The sections of a digest, in an order of the reader's choice, and how they share its room.

What stands in a section is the matter of `selection`, for what is followed of `following`.
A subscription keeps the names of the sections that come, in their order; the names stand in databases and addresses.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, MutableSet, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from broadsheet.errors import Invalid

PICKS: Final = "picks"
TRENDING: Final = "trending"
SENT: Final = "sent"
NEW: Final = "new"
TOPICS: Final = "topics"
SEARCHES: Final = "searches"
AUTHORS: Final = "authors"
CATEGORIES: Final = "categories"
PAGE: Final = (PICKS, TRENDING, SENT, NEW)  # what every reader of an edition is offered
FOLLOWED: Final = (TOPICS, SEARCHES, AUTHORS, CATEGORIES)  # what a reader follows
ALL: Final = (*PAGE, *FOLLOWED)
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        PICKS: "Lead and editor’s picks",
        TRENDING: "Trending",
        SENT: "Sent in by readers",
        NEW: "New on the day’s page",
        TOPICS: "Your topics",
        SEARCHES: "Your saved searches",
        AUTHORS: "Authors you follow",
        CATEGORIES: "New in your categories",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper of a digest: of which section, and what found it; `question` is empty for the day's page."""

    section: str
    paper: int
    question: str = ""


def read(given: object) -> tuple[str, ...]:
    """Read sections in their order, from names or from one text with commas; raises `Invalid` (field `sections`)."""
    names = given.split(",") if isinstance(given, str) else given if isinstance(given, Iterable) else [given]
    chosen = tuple(dict.fromkeys(plain for name in names if (plain := str(name).strip())))
    for name in chosen:
        if name not in ALL:
            remedy = f"{name[:40]!r} is no section; there are {', '.join(ALL[:-1])} and {ALL[-1]}."
            raise Invalid(remedy, field="sections", value=name)
    if not chosen:
        raise Invalid(
            "Nothing would come. Switch a section on; to get no mail, pause or unsubscribe.", field="sections"
        )
    return chosen


def written(sections: Sequence[str]) -> str:
    """Return sections as a subscription keeps them."""
    return ",".join(sections)


def with_page(sections: Sequence[str], *, wanted: bool) -> tuple[str, ...]:
    """Switch all that comes of the day's page on or off; what was off comes first, and what is followed stays."""
    followed = [name for name in sections if name in FOLLOWED]
    if not wanted:
        return tuple(followed or FOLLOWED)
    return (*(name for name in PAGE if name not in sections), *sections)


def share(
    sections: Sequence[str], offers: Mapping[str, Iterator[Entry]], size: int, taken: MutableSet[int]
) -> list[Entry]:
    """Return at most `size` entries whose papers are not `taken`, in the order of the sections, and mark them taken.

    Lead and picks come whole; the other sections give one paper each in turn, so that none starves another, and what
    one leaves the others fill. An entry of an offer that was taken meanwhile is passed over.
    """
    chosen: dict[str, list[Entry]] = {name: [] for name in sections}
    room = size
    for turn in ([name for name in sections if name == PICKS], [name for name in sections if name != PICKS]):
        waiting = [name for name in turn if name in offers]
        while room and waiting:
            for name in tuple(waiting):
                entry = next((one for one in offers[name] if one.paper not in taken), None)
                if entry is None:
                    waiting.remove(name)
                elif room:
                    chosen[name].append(entry)
                    taken.add(entry.paper)
                    room -= 1
    return [entry for name in sections for entry in _gathered(chosen[name])]


def in_turns(
    section: str, offers: Sequence[tuple[str, Iterable[int]]], most: int, taken: Collection[int]
) -> Iterator[Entry]:
    """Yield what questions found, one paper of each in turn and `most` of each; `taken` is asked as it grows."""
    open_offers = [(question, iter(papers)) for question, papers in offers]
    for _ in range(most):
        for question, papers in open_offers:
            one = next((paper for paper in papers if paper not in taken), None)
            if one is not None:
                yield Entry(section, one, question)


def _gathered(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield entries with those of one question side by side, in the order in which the questions began."""
    by_question: dict[str, list[Entry]] = {}
    for entry in entries:
        by_question.setdefault(entry.question, []).append(entry)
    for some in by_question.values():
        yield from some
