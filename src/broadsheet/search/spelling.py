"""Spelling help: for a word that hardly a paper holds, the likeliest one that titles do hold.

Only a suggestion is made, never a search of other words than those typed. The vocabulary is the index's own, so what
is suggested can be found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from string import ascii_lowercase
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Engine
from broadsheet.search.query import Query
from broadsheet.search.vocabulary import LONGEST, MOST, Vocabulary, Word, bags, may_be_within

# Typing errors allowed, by the length of the word: one letter away from a short word there is always another word.
ONE_ERROR_FROM: Final = 4
TWO_ERRORS_FROM: Final = 7
# What one more error costs, in natural logarithms of frequency: a word one error farther away must be so much commoner.
ERROR_COST: Final = 7.0
MOST_WORDS: Final = 8  # unknown words of one query that are looked after
# A word that this few papers hold may be a slip that others made as well: it counts as meant unless another is commoner
# by what an error costs.
FEW: Final = 3
_WORD: Final = re.compile(r"\b[^\W\d_]+\b")  # with a digit in it, it is a name


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The question as it may have been meant, and each word that changed with what stands for it."""

    text: str
    words: tuple[tuple[str, str], ...]


def suggestion(engine: Engine, query: Query, text: str, vocabulary: Vocabulary) -> Suggestion | None:
    """Return what the writer of `text` may have meant; None where each word is held, or nothing like it is.

    `vocabulary` is what is remembered of this engine's index from question to question.
    """
    meant: dict[str, str] = {}
    for word, papers in _doubtful(engine, query.plain).items():
        better = corrected(engine, word, papers, vocabulary)
        if better:
            meant[word] = better
    if not meant:
        return None
    written = _WORD.sub(lambda found: meant.get(found[0].lower(), found[0]), text)
    return Suggestion(" ".join(written.split()), tuple(meant.items()))


def corrected(engine: Engine, word: str, papers: int, vocabulary: Vocabulary) -> str | None:
    """Return the likeliest word of titles within the errors allowed; None if there is none, or the word itself is.

    `papers` is how many hold the word itself. Likeliest is the highest `ln(papers) - ERROR_COST * errors`: the noisy
    channel of Kernighan, Church and Gale (1990) with one cost for every error. An error is a letter too many, missing,
    wrong, or swapped with its neighbour.
    """
    errors = 0 if len(word) < ONE_ERROR_FROM else 1 if len(word) < TWO_ERRORS_FROM else 2
    if not errors or len(word) > LONGEST:
        return None
    best, best_score = None, math.log(papers) if papers else -math.inf
    near = _candidates(engine, word, errors, vocabulary, best_score)
    for (other, held), away in zip(near, distances(word, [item[0] for item in near]), strict=True):
        score = math.log(held) - ERROR_COST * away
        if away <= errors and score > best_score:
            best, best_score = other, score
    return best


def distances(word: str, others: Sequence[str]) -> list[int]:
    """Return how many errors lie between `word` and each other: optimal string alignment, all others at once."""
    if not others:
        return []
    width = max(map(len, others))
    letters = np.array(others, f"<U{width}").view(np.uint32).reshape(len(others), width)
    start = np.tile(np.arange(width + 1, dtype=np.int16), (len(others), 1))
    before, last = start, start
    for at, letter in enumerate(map(ord, word)):
        before, last = last, _next_row(letters, letter, ord(word[at - 1]) if at else None, last, before)
    ends = np.fromiter(map(len, others), np.int64, len(others))
    found: list[int] = last[np.arange(len(others)), ends].tolist()
    return found


def _next_row(
    letters: NDArray[np.uint32], letter: int, former: int | None, last: NDArray[np.int16], before: NDArray[np.int16]
) -> NDArray[np.int16]:
    """Return the next row of the distance table, whose columns are the beginnings of the other words."""
    row = np.empty_like(last)
    row[:, 0] = last[:, 0] + 1
    best = np.minimum(last[:, :-1] + (letters != letter), last[:, 1:] + 1, out=row[:, 1:])
    if former is not None:
        swapped = (letters[:, 1:] == former) & (letters[:, :-1] == letter)
        np.minimum(best[:, 1:], before[:, :-2] + 1, out=best[:, 1:], where=swapped)
    # A letter of the other word that is missing here costs one more than the column before it.
    steps = np.arange(row.shape[1], dtype=np.int16)
    reached: NDArray[np.int16] = np.minimum.accumulate(row - steps, axis=1) + steps
    return reached


def _doubtful(engine: Engine, text: str) -> dict[str, int]:
    """Return the words that no paper or hardly one holds, with the number of papers."""
    seen = dict.fromkeys(word.lower() for word in _WORD.findall(text) if len(word) >= ONE_ERROR_FROM)
    held = ((word, engine.held(word)) for word in seen)
    return dict(islice(((word, papers) for word, papers in held if 0 <= papers <= FEW), MOST_WORDS))


def _candidates(engine: Engine, word: str, errors: int, vocabulary: Vocabulary, least: float) -> list[Word]:
    """Return words with the same first letter, and those whose first letters this may be an error for.

    Only those within so many errors are sure to be there. A word that even a single error would leave below the score
    `least` is none.
    """
    found = dict(vocabulary.near(engine, word, errors))
    for beginning in _beginnings(word):
        found.update(engine.spelt(beginning, MOST))
    likely = [
        (other, held)
        for other, held in found.items()
        if other != word and abs(len(other) - len(word)) <= errors and math.log(held) - ERROR_COST > least
    ]
    alike = may_be_within(errors, bags([word]), bags([other for other, _ in likely]))
    return [likely[place] for place in np.flatnonzero(alike)]


def _beginnings(word: str) -> Iterator[str]:
    yield word[1:5]  # one letter too many
    yield word[1] + word[0] + word[2:4]  # two swapped
    for letter in ascii_lowercase:
        yield letter + word[1:4]  # another letter
        yield letter + word[:3]  # a letter missing
