"""Where in a text the words of a query stand, in whatever form the text has them.

Marks are character spans of the plain text; whoever shows them escapes the text around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from broadsheet.search.words import Stems

Span = tuple[int, int]
_WORD: Final = re.compile(r"[^\W_]+")
_ACCENTED: Final = re.compile(r"[^\W_]*[^\W\x00-\x7f][^\W_]*")
_LONGEST: Final = 20_000  # characters of a text that are marked


class Highlighter:
    """Finds the words of one query in many texts."""

    def __init__(self, query_words: Iterable[str], stems: Stems) -> None:
        self._stems = stems
        self._words = {word: frozenset(stems.of(word.lower())) for word in query_words}
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
            stems = self._wanted.intersection(self._stems.of(word[0])) if word else None
            if word and stems:
                spans[word.span()] = stems
        return tuple(sorted(spans)), frozenset().union(*spans.values())

    def said(self, stems: frozenset[str]) -> tuple[str, ...]:
        """Return the query's own words for these stems, in its order."""
        return tuple(dict.fromkeys(word for word, own in self._words.items() if own & stems))

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
