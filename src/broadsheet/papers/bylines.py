"""Whose papers are these: names followed or muted, found in bylines whatever the initials, accents and order.

Whether two author lists name the same people is `people`'s matter. Names alone are compared: two people of one name
cannot be told apart here, so that whoever shows what was found must say under which name it was.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from broadsheet.papers.people import words_of
from broadsheet.papers.titles import PARTICLES, SUFFIXES

_LONGEST_INITIALS: Final = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A name in a byline: as it is `written` there, and whether it is `sure`, or only its initials agree."""

    written: str
    sure: bool


@dataclass(frozen=True, slots=True)
class _Name:
    family: str
    given: tuple[str, ...]
    words: frozenset[str]

    @property
    def key(self) -> tuple[str, str]:
        """What names have in common that may agree: half of all Wangs are not looked at for one."""
        return self.family, self.given[0][0] if self.given else ""

    def meets(self, other: "_Name") -> bool | None:
        """Tell whether two names agree surely (True), by an initial (False), or not at all (None)."""
        if self.words == other.words:  # Wang Wei is Wei Wang
            return True
        if self.family != other.family or not (self.given and other.given):
            return None
        if "".join(self.given) == "".join(other.given):  # Wen-Tau is Wentau
            return True
        pairs = list(zip(self.given, other.given, strict=False))
        if not all(mine == theirs or (_short(mine, theirs) and mine[0] == theirs[0]) for mine, theirs in pairs):
            return None
        first, theirs = pairs[0]
        return first == theirs and len(first) > 1


class Bylines:
    """The names on some papers, looked up by whoever may be meant."""

    def __init__(self, authors: Mapping[int, Sequence[str]]) -> None:
        """`authors` are the names on each paper."""
        self._by_key: dict[tuple[str, str], list[tuple[_Name, str, int]]] = {}
        self._by_words: dict[frozenset[str], list[tuple[_Name, str, int]]] = {}
        for paper_id, names in authors.items():
            for written in names:
                name = _read(written)
                entry = name, written, paper_id
                self._by_key.setdefault(name.key, []).append(entry)
                self._by_words.setdefault(name.words, []).append(entry)

    def of(self, name: str) -> dict[int, Match]:
        """Return the papers on which a name stands; where several of a byline may be meant, the surest."""
        wanted = _read(name)
        near = [*self._by_words.get(wanted.words, ()), *self._by_key.get(wanted.key, ())]
        found: dict[int, Match] = {}
        for other, written, paper_id in near:
            sure = wanted.meets(other)
            if sure is not None and (sure or paper_id not in found):
                found[paper_id] = Match(written, sure)
        return found


class Names:
    """Many names, such as those that a reader has muted, compiled once to be looked for in many bylines."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_key: dict[tuple[str, str], list[_Name]] = {}
        self._words: set[frozenset[str]] = set()
        for name in map(_read, names):
            self._by_key.setdefault(name.key, []).append(name)
            self._words.add(name.words)

    def stand_in(self, byline: Iterable[str]) -> bool:
        """Tell whether one of the names surely stands there; an initial that could be somebody else's is not enough."""
        return any(
            name.words in self._words or any(mine.meets(name) for mine in self._by_key.get(name.key, ()))
            for name in map(_read, byline)
        )


def is_name(text: str) -> bool:
    """Tell whether a text names somebody who can be looked for: more than a family name, or a name in one writing."""
    name = _read(text)
    return len(name.words) > 1 or (bool(name.given) and bool(name.family))


@lru_cache(maxsize=1 << 16)
def _read(written: str) -> _Name:
    family, comma, given = written.partition(",")
    if comma and words_of(given) and not set(words_of(given)) <= SUFFIXES:
        last, first = words_of(family), words_of(given)
        return _Name(last[-1] if last else "", tuple(_without_particles(first)), frozenset([*last, *first]))
    words = [word for word in words_of(written) if word not in SUFFIXES] or words_of(written)
    if not words:
        return _Name("", (), frozenset())
    glued = _initials(written) if len(words) > 1 else ""  # beside marks alone, letters are a name
    if glued:  # Quill AM, as databases of medicine have it
        return _Name(words[-2], tuple(glued), frozenset([*words[:-1], *glued]))
    return _Name(words[-1], tuple(_without_particles(words[:-1])), frozenset(words))


def _initials(written: str) -> str:
    *rest, last = written.split()
    letters = last.rstrip(".")
    short = letters.isalpha() and letters.isupper() and len(letters) <= _LONGEST_INITIALS
    short = short and letters.lower() not in SUFFIXES
    return letters.lower() if rest and short and not any(one.isupper() for one in rest if len(one) > 1) else ""


def _without_particles(words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if word not in PARTICLES)


def _short(mine: str, theirs: str) -> bool:
    return len(mine) == 1 or len(theirs) == 1
