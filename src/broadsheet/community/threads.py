"""Puts the comments on a paper into the order in which they are read: each reply below what it answers.

What a comment says and who may see it is `comments`' matter.
A comment whose place is all that is left of it stays as long as a reply below it is there, so that no reply hangs in
the air; one whose parent is with another paper now begins a thread.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

DEEPEST = 4  # further right nobody can read on a telephone: deeper replies stand below each other there


class Threaded(Protocol):
    """What can be put into threads."""

    @property
    def id(self) -> int:
        """Its number; later ones have greater ones."""
        ...

    @property
    def parent_id(self) -> int | None:
        """What it answers."""
        ...


T = TypeVar("T", bound=Threaded)


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """One comment in its place: `depth` is 0 to `DEEPEST`, `answers` what it replies to."""

    said: T
    depth: int
    answers: T | None


def in_order(
    said: Sequence[T], is_there: Callable[[T], bool], worth: Callable[[T], float] = lambda _: 0.0
) -> list[Placed[T]]:
    """Return what is there, and what replies to it hang on; `said` is in the order of writing.

    Of siblings the one of the greatest `worth` comes first, of equals the one that was written first.
    """
    by_id = {one.id: one for one in said}
    below: dict[int | None, list[T]] = defaultdict(list)
    for one in said:
        below[one.parent_id if one.parent_id in by_id else None].append(one)
    for siblings in below.values():
        siblings.sort(key=worth, reverse=True)  # which keeps the order of equals
    needed = _needed(said, by_id, is_there)
    placed: list[Placed[T]] = []
    waiting = [(one, 0) for one in reversed(below[None])]
    while waiting:
        one, depth = waiting.pop()
        if one.id in needed:
            placed.append(Placed(one, min(depth, DEEPEST), by_id.get(one.parent_id or 0)))
            waiting += [(reply, depth + 1) for reply in reversed(below[one.id])]
    return placed


def _needed(said: Sequence[T], by_id: dict[int, T], is_there: Callable[[T], bool]) -> set[int]:
    """Return the numbers of what is there and of all that it answers, directly or not."""
    needed: set[int] = set()
    for one in said:
        at: T | None = one if is_there(one) else None
        while at is not None and at.id not in needed:
            needed.add(at.id)
            at = by_id.get(at.parent_id or 0)
    return needed
