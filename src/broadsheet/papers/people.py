"""Tells whether two author lists name the same people, whatever the order, initials, accents and spelling.

Normal forms of single names are `titles`'; what agreement proves is `evidence`'s.
A person stands for at most one other: two Wangs on one side are not both the one Wang of the other.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.papers import titles

MOST = 60  # of the longest lists (three thousand names at CERN) so many tell enough
# Letters that no decomposition takes apart, and the German way to write umlauts without them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "a", "œ": "o", "ð": "d", "þ": "th"})
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many people two lists share, and how many the shorter and the longer one hold."""

    shared: int
    fewer: int
    more: int

    @property
    def probable(self) -> bool:
        """Two people in common (or the only one), and half of the shorter list."""
        return self.shared >= min(self.fewer, 2) >= 1 and 2 * self.shared >= self.fewer

    @property
    def all_but_few(self) -> bool:
        """The shorter list stands in the longer, one in five may differ; the longer is at most twice as long."""
        return self.shared >= 1 and 5 * self.shared >= 4 * self.fewer and 2 * self.fewer >= self.more

    @property
    def words(self) -> str:
        """Say it in words, such as `3 of 4 authors`."""
        return f"{self.shared} of {self.more} author{'s' if self.more != 1 else ''}"


@dataclass(frozen=True, slots=True)
class Person:
    """A name in normal form: the family name, the first given name's initial, and all words."""

    family: str
    initial: str
    words: frozenset[str]

    def may_be(self, other: "Person") -> bool:
        """Say whether two names may mean one person: a family name in common, and no other given name."""
        if self.words == other.words:  # Wang Wei is Wei Wang
            return True
        if not (self.family in other.words or other.family in self.words):
            return False
        given = self.words & other.words - {self.family, other.family}
        return not self.initial or not other.initial or self.initial == other.initial or any(len(w) > 1 for w in given)


def agreement(mine: Sequence[str], theirs: Sequence[str]) -> Agreement:
    """Compare two lists of names."""
    fewer, more = sorted((persons(mine), persons(theirs)), key=len)
    by_word: dict[str, list[int]] = defaultdict(list)
    for place, person in enumerate(more):
        for word in person.words:
            by_word[word].append(place)
    taken: dict[int, int] = {}
    for same in (True, False):  # who is written alike is found before who may be meant
        for rank, person in enumerate(fewer):
            if rank in taken:
                continue
            near = sorted({place for word in person.words for place in by_word[word]} - set(taken.values()))
            fits = (
                place for place in near if (person.words == more[place].words if same else person.may_be(more[place]))
            )
            found = next(fits, None)
            if found is not None:
                taken[rank] = found
    return Agreement(len(taken), len(fewer), len(more))


def first_family(authors: Sequence[str]) -> str:
    """Return the normal form of the first author's family name, empty where there is none."""
    return _person(authors[0]).family if authors else ""


def persons(names: Sequence[str]) -> list[Person]:
    """Return the people of an author list in normal form, at most `MOST`."""
    return [person for person in map(_person, names[:MOST]) if person.words]


def words(names: Sequence[str]) -> list[list[str]]:
    """Return the words of each name of an author list in normal form, at most `MOST` names; those without words go.

    They are the words of `persons`, made for the whole list at once: a tenth of the time.
    """
    plain = "\n".join(names[:MOST]).casefold().translate(_LETTERS).replace("-", " ")
    folded = _folded(titles.unaccented(plain).casefold())
    return [found for found in map(_WORD.findall, folded.split("\n")) if found]


@lru_cache(maxsize=1 << 15)
def _person(name: str) -> Person:
    family, initial = titles.person(_plain(name))
    return Person(_folded(family), initial, frozenset(words_of(name)))


def words_of(name: str) -> list[str]:
    """Return the words of a name in their order and normal forms: without case, accents, umlauts and hyphens."""
    return [_folded(word) for word in titles.name_words(_plain(name))]


def _plain(name: str) -> str:
    return name.casefold().translate(_LETTERS).replace("-", " ")


def _folded(word: str) -> str:
    for written, letter in _UMLAUTS:
        word = word.replace(written, letter)
    return word
