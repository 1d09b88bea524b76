"""What readers get: of each section that they chose what they have room for, nothing they had, and nothing muted.

What an edition offers is `selection`'s matter, what follows from searches, topics, authors and categories
`following`'s, how sections share the room `sections`'; nothing is written here.
What was chosen for a preview is what would be queued: both come from these functions.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from broadsheet.digests import mutes_store, saved_store, sections, store
from broadsheet.digests.deliveries import MAILED, State
from broadsheet.digests.following import OF_ALL, Following, Saved
from broadsheet.digests.mutes import Compiled
from broadsheet.digests.sections import Entry, share
from broadsheet.digests.selection import Offer, offered

# What counts as a reader's last digest: one that was sent, and one for which there was nothing.
_TOLD = (*MAILED, State.EMPTY)


class Reader(Protocol):
    """What of a subscription decides what it gets."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def sections(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def beside(self) -> bool: ...  # noqa: D102
    @property
    def even_empty(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one reader gets, in the order of the mail; `goes_out` even without papers where the reader wants that."""

    reader: int
    entries: tuple[Entry, ...]
    goes_out: bool

    def finds(self) -> Iterator[tuple[str, int]]:
        """Yield each question with each paper that it found."""
        return ((entry.question, entry.paper) for entry in self.entries if entry.question)


@dataclass(frozen=True, slots=True)
class History:
    """By subscription: what it follows, when its last digest was queued, which papers it had, and what it muted."""

    searches: Mapping[int, Sequence[Saved]]
    last: Mapping[int, datetime]
    had: Mapping[int, Collection[int]]
    mutes: Mapping[int, Compiled]


def history(connection: Connection, readers: Sequence[Reader], offer: Offer, following: Following) -> History:
    """Return what must be known of readers to choose for them."""
    ids = [reader.id for reader in readers]
    searches = saved_store.confirmed(connection, ids)
    papers_offered = sorted({paper for places in offer.values() for paper in places})
    words, papers = mutes_store.words(connection, ids), mutes_store.papers(connection, ids)
    return History(
        searches=searches,
        last=saved_store.last_digests(connection, list(searches), _TOLD),
        had=store.mailed(connection, ids, papers_offered, following.since),
        mutes={one: Compiled(words.get(one, ()), papers.get(one, ())) for one in words.keys() | papers.keys()},
    )


def choose_for(readers: Sequence[Reader], known: History, offer: Offer, following: Following) -> list[Chosen]:
    """Choose for each reader; `following` must have been asked their questions, and knows the reasons then."""
    if known.mutes:
        following.take_apart({paper for places in offer.values() for paper in places})
    pages = {which: offered(offer, which) for which in {reader.sections for reader in readers}}
    chosen = [_choose(reader, known, pages[reader.sections], following) for reader in readers]
    following.tell(find for one in chosen for find in one.finds())
    return chosen


class Unwanted(set[int]):
    """What a reader with mutes is not to get: a paper is looked at when its turn comes, and not before."""

    def __init__(self, had: Collection[int], mutes: Compiled, following: Following) -> None:
        super().__init__(had)
        self._mutes, self._following = mutes, following
        self._seen: set[int] = set()

    def __contains__(self, paper: object) -> bool:
        """Tell whether a paper was had, is taken, or is muted."""
        if super().__contains__(paper):
            return True
        if paper in self._seen or not isinstance(paper, int):
            return False
        self._seen.add(paper)
        apart = self._following.apart(paper)
        if apart is None or not self._mutes.hide(apart):
            return False
        self.add(paper)
        return True


def _choose(reader: Reader, known: History, page: Mapping[str, Sequence[Entry]], following: Following) -> Chosen:
    saved, last = known.searches.get(reader.id, ()), known.last.get(reader.id)
    had, mutes = known.had.get(reader.id, ()), known.mutes.get(reader.id)
    taken = set(had) if mutes is None else Unwanted(had, mutes, following)
    offers = {name: iter(entries) for name, entries in page.items()} | following.offers(saved, last, taken)
    if reader.beside:
        first = share([name for name in reader.sections if name in sections.PAGE], offers, reader.size, taken)
        rest = share([name for name in reader.sections if name in sections.FOLLOWED], offers, OF_ALL, taken)
        by_section: dict[str, list[Entry]] = {}
        for entry in (*first, *rest):
            by_section.setdefault(entry.section, []).append(entry)
        entries = [entry for name in reader.sections for entry in by_section.get(name, ())]
    else:
        entries = share(reader.sections, offers, reader.size, taken)
    quiet = reader.even_empty and not following.silent(saved)
    return Chosen(reader.id, tuple(entries), bool(entries) or quiet)
