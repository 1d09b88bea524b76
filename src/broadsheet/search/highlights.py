"""Where in a text the words of a query stand, in whatever form the text has them.

Marks are character spans of the plain text; whoever shows them escapes the text around them. A passage is such a span,
and never begins or ends within a formula.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from unicodedata import category, combining

from broadsheet.search.words import UNSPACED, Stems

Span = tuple[int, int]
# Vowel signs of Hebrew, Arabic and the scripts of India belong to a word for the index, but are no letters to `\w`.
_SIGNS: Final = "".join(
    sign
    for sign in map(chr, range(0x0591, 0x0E00))
    if category(sign)[0] == "M" and combining(sign) in {0, *range(10, 36)}
)
_WORD: Final = re.compile(rf"[{UNSPACED}]|(?:[^\W_{UNSPACED}]+|[{_SIGNS}])+")  # as the index parts them
_RUN: Final = rf"(?:[^\W_]+|[{_SIGNS}])+"
# A reader's word as it is said again: without the signs around it, but as one with what it joins.
_SAID: Final = re.compile(rf"{_RUN}(?:[-‐‑'’./&]{_RUN})*")
# Letters and digits together with what is not ASCII among them or beside them.
_FOREIGN: Final = re.compile(r"(?<![^\W_])[^\W_]*[^\x00-\x7f]+(?:[^\W_]|[^\x00-\x7f])*")
_LONGEST: Final = 20_000  # characters of a text that are marked
_BLANK: Final = re.compile(r"\s")
PASSAGE: Final = 280  # characters: about two lines and a half of a page
_SENTENCE: Final = re.compile(r"[.!?]\s+(?=[A-Z0-9$(\"“])|\n\s*\n")


class Highlighter:
    """Finds the words of one query in many texts."""

    def __init__(self, query_words: Iterable[str], stems: Stems) -> None:
        self._stems = stems
        self._said = [found[0] for word in query_words for found in _SAID.finditer(word)]
        self._stems_of = {
            part: frozenset(stems.of(part.lower())) for said in self._said for part in _WORD.findall(said)
        }
        self._known: dict[str, frozenset[str]] = {}
        self._told: dict[frozenset[str], tuple[str, ...]] = {}
        self._wanted = frozenset().union(*self._stems_of.values())
        # Stemming changes little but the end: y becomes i, and an e may be put back (hoping, hope).
        self._beginnings = tuple({stem[:-1] if stem[-1] in "ie" and len(stem) > 2 else stem for stem in self._wanted})

    def spans(self, text: str) -> tuple[tuple[Span, ...], frozenset[str]]:
        """Return the spans of matching words in order, and the stems that were found."""
        if not self._wanted:
            return (), frozenset()
        lowered = _lowered(text[:_LONGEST])
        spans: dict[Span, frozenset[str]] = {}
        for start in self._starts(lowered):
            word = _WORD.match(lowered, start)
            if word and (stems := self._held(word[0])):
                spans[word.span()] = stems
        return tuple(sorted(spans)), frozenset().union(*spans.values())

    def said(self, stems: frozenset[str]) -> tuple[str, ...]:
        """Return the query's own words for these stems, in its order; of a joined one only what is held, if not all."""
        told = self._told.get(stems)
        if told is None:  # papers of one page hold the same few combinations
            told = tuple(dict.fromkeys(word for said in self._said for word in self._parts_held(said, stems)))
            self._told[stems] = told
        return told

    def _parts_held(self, said: str, stems: frozenset[str]) -> Iterator[str]:
        parts = list(_WORD.finditer(said))
        telling = [part for part in parts if self._stems_of[part[0]]]
        held = [part for part in telling if self._stems_of[part[0]] <= stems]
        if held and len(held) == len(telling):
            yield said
            return
        start, end = -1, -1
        for part in held:
            if part.start() != end:  # characters of scripts without spaces stand together again
                if end > start:
                    yield said[start:end]
                start = part.start()
            end = part.end()
        if end > start:
            yield said[start:end]

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
            for run in _FOREIGN.finditer(text):
                for word in _WORD.finditer(text, *run.span()):
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


def _lowered(text: str) -> str:
    """Return the text in lower case, each character in its place: the dotted İ alone would become two."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := one.lower()) == 1 else one for one in text)
    return lowered


def _word_end(text: str, place: int) -> int:
    """Return where the word or the formula ends in which a place lies."""
    found = _BLANK.search(text, place)
    end = found.start() if found else len(text)
    closed = text.find("$", end) if _in_formula(text, end) else -1
    return closed + 1 if closed >= 0 else end


def _in_formula(text: str, place: int) -> bool:
    return text.count("$", 0, place) % 2 == 1
