"""Says in words what two texts or two author lists differ in, for people who read both.

Where the texts come from is `history`'s matter, how a difference looks the doors'.
The parts put together give the texts again, word for word: nothing is left out to make a difference look smaller.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from broadsheet.papers import people

LONGEST = 2_000  # words; longer texts are told as replaced in whole, for comparing takes the square of their length
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both texts have (`kept`), or only the one before (`gone`) or the one after (`new`)."""

    kind: Literal["kept", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class People:
    """What changed in a list of authors; `reordered` where the same people stand in another order."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    reordered: bool


def pieces(before: str, after: str) -> list[Piece]:
    """Return what became of `before`, run by run of words, in the order in which a reader meets them."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > LONGEST:
        return [one for one in (Piece("gone", before), Piece("new", after)) if one.text]
    return list(_pieces(old, new))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    bare_old, bare_new = ([word.rstrip() for word in words] for words in (old, new))
    for kind, a, b, c, d in SequenceMatcher(None, bare_old, bare_new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("kept", "".join(new[c:d]))
            continue
        if b > a:
            yield Piece("gone", "".join(old[a:b]))
        if d > c:
            yield Piece("new", "".join(new[c:d]))


def share(before: str, after: str) -> float:
    """Return the share of words that changed, from 0 to 1."""
    told = pieces(before, after)
    changed = sum(len(one.text.split()) for one in told if one.kind != "kept")
    return changed / max(changed + 2 * sum(len(one.text.split()) for one in told if one.kind == "kept"), 1)


def authors(before: Sequence[str], after: Sequence[str]) -> People:
    """Return who left and who joined a list of authors; a name that is only written in another way did neither."""
    gone = tuple(name for name in before if not _stands(name, after))
    new = tuple(name for name in after if not _stands(name, before))
    stayed = [name for name in before if name not in gone]
    again = [name for name in after if name not in new]
    same_order = all(people.agreement([a], [b]).shared for a, b in zip(stayed, again, strict=False))
    return People(gone, new, reordered=not same_order)


def _stands(name: str, others: Sequence[str]) -> bool:
    return name in others or any(people.agreement([name], [other]).shared for other in others)
