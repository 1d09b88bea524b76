"""What a reader never wants to see: words, authors, categories and papers, checked, compiled, and held against papers.

Keeping them is `muting`'s matter. A reader's mutes are compiled once a run and a paper is taken apart once for all
readers, so that asking costs what the paper is long, however many mutes there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final, Literal, get_args

from tantivy import TextAnalyzer

from broadsheet.errors import Invalid
from broadsheet.mail.letter import line
from broadsheet.papers.bylines import Names, is_name
from broadsheet.papers.paper import Paper
from broadsheet.search.words import english, label, spaced

Kind = Literal["word", "author", "category", "paper"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MOST_MUTES: Final = 10_000
LONGEST: Final = 200  # characters
MOST_WORDS: Final = 8  # of one phrase


@dataclass(frozen=True, slots=True)
class Mute:
    """One thing that is muted: `value` as it was written, of a paper its key."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A paper as mutes look at it: the terms of title and abstract in order, its categories with the wider ones."""

    paper: int
    terms: tuple[str, ...]
    categories: frozenset[str]
    authors: tuple[str, ...]
    distinct: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "distinct", frozenset(self.terms))


class Compiled:
    """The mutes of one reader, ready to be asked."""

    def __init__(self, mutes: Iterable[Mute], papers: Iterable[int] = ()) -> None:
        """`papers` are the numbers of those muted."""
        self._papers = frozenset(papers)
        self._words: set[str] = set()
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        self._categories: set[str] = set()
        names: list[str] = []
        for mute in mutes:
            match mute.kind:
                case "word":
                    self._add(_said(mute.value))
                case "category":
                    self._categories.add(label(mute.value))
                case "author":
                    names.append(mute.value)
        self._names = Names(names) if names else None

    def hide(self, one: Apart) -> bool:
        """Tell whether a paper is not to be seen."""
        return (
            one.paper in self._papers
            or not self._words.isdisjoint(one.distinct)
            or not self._categories.isdisjoint(one.categories)
            or (self._names is not None and self._names.stand_in(one.authors))
            or (not self._phrases.keys().isdisjoint(one.distinct) and self._holds_phrase(one.terms))
        )

    def _add(self, said: tuple[str, ...]) -> None:
        if len(said) == 1:
            self._words.add(said[0])
        elif said:
            self._phrases.setdefault(said[0], []).append(said)

    def _holds_phrase(self, found: Sequence[str]) -> bool:
        return any(
            tuple(found[at : at + len(phrase)]) == phrase
            for at, term in enumerate(found)
            for phrase in self._phrases.get(term, ())
        )


def checked(kind: str, value: str) -> Mute:
    """Return what is to be muted; raises `Invalid` (`kind` or `value`) for what would hide nothing or is unclear."""
    known = next((one for one in KINDS if one == kind), None)
    if known is None:
        raise Invalid(f"{kind[:40]!r} cannot be muted; choose word, author, category or paper.", field="kind")
    plain = line(value, 10 * LONGEST)
    if not plain:
        raise Invalid("Say what is to be muted.", field="value")
    if len(plain) > LONGEST:
        raise Invalid(f"That is too long to be muted: {len(plain)} characters of {LONGEST}.", field="value")
    if known == "word":
        said = terms(plain)
        if not said:
            raise Invalid(f"“{plain[:40]}” is in nearly every paper, or holds no word. Mute another.", field="value")
        if len(said) > MOST_WORDS:
            raise Invalid(
                f"A phrase that is muted has {MOST_WORDS} words at most; this has {len(said)}.", field="value"
            )
    if known == "author" and not is_name(plain):
        raise Invalid(
            "A family name alone is borne by many. Write the given name too, such as Ada Quill.", field="value"
        )
    return Mute(known, plain.casefold() if known in ("word", "category") else plain)


def apart(paper: Paper) -> Apart:
    """Take a paper apart."""
    categories = frozenset(wider for code in paper.categories for wider in _wider(label(code)))
    return Apart(paper.id, terms(f"{paper.title}. {paper.abstract}"), categories, paper.authors)


def terms(text: str) -> tuple[str, ...]:
    """Return the words of a text, all forms of one alike, as search takes them; words of every text are left out."""
    return tuple(_english().analyze(spaced(text)))


@lru_cache(maxsize=1 << 16)
def _said(value: str) -> tuple[str, ...]:
    """Return the terms of a muted word or phrase: many readers mute the same ones."""
    return terms(value)


def _wider(code: str) -> list[str]:
    parts = code.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


@cache
def _english() -> TextAnalyzer:
    return english()
