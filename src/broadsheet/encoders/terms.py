"""Which rows of the static table a text reads, and how often: words, pairs of neighbouring words, and spare rows
for words that it does not know.

Training and serving share this file, as they share `tokens`: a row means to the one what it means to the other.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.tokens import words_of

Rows = NDArray[np.int64]

TITLE_REPEATS: Final = 3
_UNREAD: Final = -1
_UNKNOWN: Final = -2
_SHORTEST_UNKNOWN: Final = 2
_FEWEST_SPARE: Final = 4
_MOST_REMEMBERED: Final = 1 << 15
_PIECE: Final = 5  # letters, the marks of a word's ends among them
_END: Final = ""  # never a word
_FILTER: Final = (1 << 20) - 1
_FUNCTION_WORDS: Final = """
    a about above after again all almost also although always am an and another any are as at be because been before
    being below between both but by can cannot could did do does doing done down due during each either else et al even
    every few first for from further furthermore had has have having he hence her here him his how however i if in
    instead into is it its itself just last let made make makes many may me might more moreover most much must my
    namely near no nor not now of off often on once one only onto or other our out over own per perhaps quite rather
    same several she should show shown shows since so some still such than that the their them then there thereby
    therefore these they this those though through thus to too toward towards under until up upon us use used uses
    using very via was we well were what when where whereas whether which while who whom whose why will with within
    without would yet you your
"""
UNREAD_WORDS: Final = frozenset(_FUNCTION_WORDS.split())


class Terms:
    """The vocabulary: `words` take the first rows, then come `spare` rows for unknown words, then `pairs`.

    `pairs` holds (first word's row, second word's row) for each bigram, sorted. An unknown word reads spare rows by
    checksum: one of the first quarter for itself, and one of the rest for each five letters in a row of it.
    """

    def __init__(self, words: Sequence[str], pairs: NDArray[np.int32], spare: int) -> None:
        self.words, self.pairs, self.spare = tuple(words), pairs, spare
        self._row_of = _WordRows(zip(self.words, range(len(self.words)), strict=True))
        self._row_of.update(dict.fromkeys((_END, *UNREAD_WORDS), _UNREAD))
        self._spare_of: dict[str, list[int]] = {}  # of unknown words met lately: each stands in its paper several times
        self._first_pair = len(self.words) + spare
        # so much more than any row that a key with _UNREAD or _UNKNOWN in it equals no pair's key
        self._base = self._first_pair - _UNKNOWN
        keys = pairs[:, 0].astype(np.int64) * self._base + pairs[:, 1]
        if 0 < spare < _FEWEST_SPARE:
            raise ValueError(f"a vocabulary has no spare rows or at least {_FEWEST_SPARE}, not {spare}")
        if np.any(np.diff(keys) <= 0):
            raise ValueError("the pairs of a vocabulary must be sorted and distinct")
        self._pair_keys = np.append(keys, np.iinfo(np.int64).max)
        # most neighbours are no pair: one look at a bit table spares them the binary search
        self._may_be_pair = np.zeros(_FILTER + 1, np.bool_)
        self._may_be_pair[keys & _FILTER] = True

    def __len__(self) -> int:
        return self._first_pair + len(self.pairs)

    def sequence_of(self, text: str) -> Rows:
        """Return the row of each word in order, negative for a word without a row of its own and after the last."""
        return self._sequence([*words_of(text), _END])

    def rows_of(self, text: str) -> Rows:
        """Return the rows that a text reads, with repeats, in no promised order."""
        words = [*words_of(text), _END]
        return self._rows(self._sequence(words), words)

    def coverage(self, text: str) -> float:
        """Return the share of a text's words, function words aside, that have rows of their own; 1 if it has none."""
        rows = self._sequence(words_of(text))
        known, unknown = int(np.count_nonzero(rows >= 0)), int(np.count_nonzero(rows == _UNKNOWN))
        return known / (known + unknown) if known + unknown else 1.0

    def rows_of_paper(self, title: str, abstract: str) -> Rows:
        """Return the rows of a paper, the title read `TITLE_REPEATS` times; no pair spans title and abstract."""
        named, said = [*words_of(title), _END], [*words_of(abstract), _END]
        found = np.concatenate([*[self._sequence(named)] * TITLE_REPEATS, self._sequence(said)])
        return self._rows(found, named * TITLE_REPEATS + said)

    def _sequence(self, words: list[str]) -> Rows:
        return np.fromiter(map(self._row_of.__getitem__, words), np.int64, len(words))

    def _rows(self, found: Rows, words: list[str]) -> Rows:
        """Return the rows that a text reads: those `found` for its `words`, and those of pairs and unknown words."""
        keys = found[:-1] * self._base + found[1:]
        keys = keys[self._may_be_pair[keys & _FILTER]]
        at = np.searchsorted(self._pair_keys, keys)
        parts = [found[found >= 0], at[self._pair_keys[at] == keys] + self._first_pair]
        unknown = np.flatnonzero(found == _UNKNOWN)
        if len(unknown) and self.spare:
            spare = [row for index in unknown.tolist() for row in self._spare_rows(words[index])]
            parts.append(np.array(spare, np.int64))
        return np.concatenate(parts)

    def _spare_rows(self, word: str) -> list[int]:
        known = self._spare_of.get(word)
        if known is None:
            if len(self._spare_of) >= _MOST_REMEMBERED:
                self._spare_of.clear()
            known = self._spare_of[word] = self._made_spare(word)
        return known

    def _made_spare(self, word: str) -> list[int]:
        if len(word) < _SHORTEST_UNKNOWN:
            return []
        first, whole = len(self.words), self.spare // 4
        rows = [first + _checksum(word) % whole]
        if len(word) >= _PIECE - 1:
            ends = f"<{word}>"
            pieces = (ends[at : at + _PIECE] for at in range(len(ends) - _PIECE + 1))
            rows += [first + whole + _checksum(piece) % (3 * whole) for piece in pieces]
        return rows


def counted(rows: Rows) -> tuple[Rows, NDArray[np.int64]]:
    """Return the distinct rows in rising order and the number of times each occurs."""
    ordered = np.sort(rows)
    if not len(ordered):
        return ordered, ordered
    starts = np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(ordered)]])
    return ordered[starts[:-1]], starts[1:] - starts[:-1]


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


class _WordRows(dict[str, int]):
    """Word -> row, or `_UNKNOWN`."""

    def __missing__(self, word: str) -> int:
        return _UNKNOWN
