"""Where in a text the words of a query stand, in whatever form the text has them.

Marks are character spans of the plain text; whoever shows them escapes the text around them. A passage is such a span,
and never begins or ends within a formula.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from broadsheet.search.words import Stems

Span = tuple[int, int]
_WORD: Final = re.compile(r"[^\W_]+")
_ACCENTED: Final = re.compile(r"[^\W_]*[^\W\x00-\x7f][^\W_]*")
_LONGEST: Final = 20_000  # characters of a text that are marked
_BLANK: Final = re.compile(r"\s")
PASSAGE: Final = 280  # characters: about two lines and a half of a page
_SENTENCE: Final = re.compile(r"[.!?]\s+(?=[A-Z0-9$(\"“])|\n\s*\n")


class Highlighter:
    """Finds the words of one query in many texts."""

    def __init__(self, query_words: Iterable[str], stems: Stems) -> None:
        self._stems = stems
        self._words = {word: frozenset(stems.of(word.lower())) for word in query_words}
        self._known: dict[str, frozenset[str]] = {}
        self._wanted = frozenset(stem for found in self._words.values() for stem in found)
        # Stemming changes little but the end: y becomes i, and an e may be put back (hoping, hope).
        self._beginnings = tuple({stem[:-1] if stem[-1] in "ie" and len(stem) > 2 else stem for stem in self._wanted})

    def spans(self, text: str) -> tuple[tuple[Span, ...], frozenset[str]]:
        """Return the spans of matching words in order, and the stems that were found."""
        lowered = text[:_LONGEST].lower()
        if not self._wanted or len(lowered) != len(text[:_LONGEST]):
            return (), frozenset()
        spans: dict[Span, frozenset[str]] = {}
        for start in self._starts(lowered):
            word = _WORD.match(lowered, start)
            if word and (stems := self._held(word[0])):
                spans[word.span()] = stems
        return tuple(sorted(spans)), frozenset().union(*spans.values())

    def said(self, stems: frozenset[str]) -> tuple[str, ...]:
        """Return the query's own words for these stems, in its order."""
        return tuple(dict.fromkeys(word for word, own in self._words.items() if own & stems))

    def _held(self, word: str) -> frozenset[str]:
        """Return which wanted stems a word of a text has; the texts of one page have the same few words."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._wanted.intersection(self._stems.of(word))
        return known

    def _starts(self, text: str) -> Iterator[int]:
        """Yield where a word begins as a wanted one does, or holds an accent that might hide that it does."""
        for beginning in self._beginnings:
            at = text.find(beginning)
            while at >= 0:
                if not text[at - 1 : at].isalnum():
                    yield at
                at = text.find(beginning, at + 1)
        if not text.isascii():
            for word in _ACCENTED.finditer(text):
                yield word.start()


def passage(text: str, marks: Sequence[Span], length: int = PASSAGE) -> Span | None:
    """Return the part of a text, about `length` characters, that holds the most of different marked words.

    Marks are in order. It begins with the text or with the sentence of its first mark, the first of equals, and ends
    with a word. None where the text is hardly longer.
    """
    if len(text) <= length * 1.3:
        return None
    best, best_held, best_first = 0, -1, -1
    starts, ends = [start for start, _ in marks], [end for _, end in marks]
    words = [text[start:end].lower() for start, end in marks]
    last = starts[-1] if starts else 0  # a sentence behind it holds nothing
    for start in (0, *(found.end() for found in _SENTENCE.finditer(text, 0, min(last + 1, _LONGEST)))):
        within = slice(bisect_left(starts, start), bisect_right(ends, start + length))
        if within.stop - within.start < best_held:
            continue
        held, first = len(set(words[within])), starts[within.start] if within.start < within.stop else -1
        nearer = held == best_held > 0 and first == best_first and best > 0
        if (held > best_held or nearer) and not _in_formula(text, start):
            best, best_held, best_first = start, held, first
    return best, _word_end(text, best + length)


def _word_end(text: str, place: int) -> int:
    """Return where the word or the formula ends in which a place lies."""
    found = _BLANK.search(text, place)
    end = found.start() if found else len(text)
    closed = text.find("$", end) if _in_formula(text, end) else -1
    return closed + 1 if closed >= 0 else end


def _in_formula(text: str, place: int) -> bool:
    return text.count("$", 0, place) % 2 == 1
