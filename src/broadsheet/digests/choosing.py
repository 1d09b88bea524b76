"""What readers get: of an edition what they have room for, of their searches what is new, and nothing they had.

Which papers an edition offers is `selection`'s matter, what answers a search `following`'s; nothing is written here.
What was chosen for a preview is what would be queued: both come from these functions.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row

from broadsheet.digests import saved_store, store
from broadsheet.digests.deliveries import MAILED, State
from broadsheet.digests.following import Following
from broadsheet.digests.selection import Candidate, choose

# What counts as a reader's last digest: one that was sent, and one for which there was nothing.
_TOLD = (*MAILED, State.EMPTY)


class Reader(Protocol):
    """What of a subscription decides what it gets."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def edition(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one reader gets: papers of the edition, and those that each question found."""

    reader: int
    edition: list[int]
    found: list[tuple[str, list[int]]]

    def finds(self) -> Iterator[tuple[str, int]]:
        """Yield each question with each paper that it found."""
        for question, ids in self.found:
            for paper_id in ids:
                yield question, paper_id


@dataclass(frozen=True, slots=True)
class History:
    """By subscription: its searches, when its last digest was queued, and which papers it had."""

    searches: Mapping[int, Sequence[Row[Any]]]
    last: Mapping[int, datetime]
    had: Mapping[int, Collection[int]]


def history(
    connection: Connection, readers: Sequence[Reader], offer: Sequence[Candidate], following: Following
) -> History:
    """Return what must be known of readers to choose for them."""
    ids = [reader.id for reader in readers]
    searches = saved_store.confirmed(connection, ids)
    return History(
        searches=searches,
        last=saved_store.last_digests(connection, list(searches), _TOLD),
        had=store.mailed(connection, ids, [candidate.place.paper.id for candidate in offer], following.since),
    )


def choose_for(
    readers: Sequence[Reader], known: History, offer: Sequence[Candidate], following: Following
) -> list[Chosen]:
    """Choose for each reader; `following` must have been asked their questions, and knows the reasons then."""
    chosen = []
    for reader in readers:
        had = set(known.had.get(reader.id, ()))
        places = choose(offer, reader.size, had) if reader.edition else []
        papers = [candidate.place.paper.id for candidate in places]
        found = following.choose(known.searches.get(reader.id, ()), known.last.get(reader.id), had.union(papers))
        chosen.append(Chosen(reader.id, papers, found))
    following.tell(find for one in chosen for find in one.finds())
    return chosen
