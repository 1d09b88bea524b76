"""The words of titles, remembered by their first letter, and those of them that may be a few errors from a word.

How likely a word is meant is `spelling`'s to say. A letter's words are read from the index once and again when the
collection has grown by a hundredth: so they may lag behind it, and never the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Engine

LONGEST: Final = 32  # letters; longer runs are formulas, not words
MOST: Final = 20_000  # words of one letter, the commonest; at 300,000 papers none has more than 11,056
_GROWN: Final = 100  # one new paper in so many
_KINDS: Final = 32  # of letters: the alphabet, and what is left over shared by chance

Word = tuple[str, int]  # a word and how many papers hold it


@dataclass(frozen=True, slots=True)
class _Letter:
    """The words of one first letter, when `newest` was the newest paper."""

    newest: int
    words: list[Word]
    lengths: NDArray[np.int64]
    bags: NDArray[np.uint64]


@dataclass(slots=True)
class Vocabulary:
    """What is remembered of one index; safe to share between threads."""

    _letters: dict[str, _Letter] = field(default_factory=dict)

    def near(self, engine: Engine, word: str, errors: int) -> list[Word]:
        """Return the words with the same first letter that may be within so many errors: every one that is."""
        page = self._letter(engine, word[0])
        alike = may_be_within(errors, bags([word]), page.bags)
        return [page.words[place] for place in np.flatnonzero(alike & (np.abs(page.lengths - len(word)) <= errors))]

    def _letter(self, engine: Engine, letter: str) -> _Letter:
        held = self._letters.get(letter)
        if held is None or not 0 <= engine.newest - held.newest <= len(engine) // _GROWN:
            read = engine.spelt(letter, MOST)
            words = [item for item in read if len(item[0]) <= LONGEST]
            texts = [text for text, _ in words]
            held = _Letter(engine.newest, words, np.fromiter(map(len, texts), np.int64, len(texts)), bags(texts))
            self._letters[letter] = held
        return held


def may_be_within(errors: int, one: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which words may be within so many errors of one, by the bags of both: every one that is.

    An error changes the letters of a word, each counted up to two, by two at most: most words differ by more.
    """
    alike: NDArray[np.bool_] = np.bitwise_count(others ^ one) <= 2 * errors
    return alike


def bags(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return 64 bits a word: for each kind of letter whether the word has one, and whether it has two."""
    if not words:
        return np.zeros(0, np.uint64)
    width = max(map(len, words))
    letters = np.array(words, f"<U{width}").view(np.uint32).reshape(len(words), width)
    cells = np.arange(len(words), dtype=np.int64)[:, None] * _KINDS + letters % _KINDS
    counts = np.bincount(cells[letters > 0], minlength=len(words) * _KINDS).reshape(len(words), _KINDS)
    return np.packbits(np.hstack([counts > 0, counts > 1]), axis=1).view(np.uint64)[:, 0]
