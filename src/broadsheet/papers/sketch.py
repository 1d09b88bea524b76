"""Abstracts as sketches: a few numbers that two texts share in the measure in which they share runs of three words.

What likeness means for a work is `merging`'s matter, what it means for editors `duplicates`'.
A sketch is kept and compared with later ones, so the same text must always give the same numbers: no seed, no `hash()`.
"""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Sketch = NDArray[np.uint32]
SIZE = 32  # numbers of a sketch: the share that two have in common is within 0.09 (one sigma) of the likeness
FEWEST_WORDS = 20  # of fewer words nothing is made: "Withdrawn by the author." is no likeness
_MOST_WORDS = 1 << 17
_NUMBER: np.dtype[np.uint64] = np.dtype("<u8")
_WORD = re.compile(r"[^\W_]+")
_BIN_BITS = 5
_NONE = np.uint32(0xFFFFFFFF)
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


def words(text: str) -> list[str]:
    """Return the words of a text without case or punctuation."""
    return _WORD.findall(text.casefold())


def sketch(said: Sequence[str]) -> Sketch | None:
    """Return the sketch of a text's words (`SIZE` numbers), None where they are too few.

    One permutation hashing (Li, Owen, Zhang 2012): every run of three words falls into one of `SIZE` bins, the least
    of each bin stays; an empty bin takes its right neighbour's (Shrivastava, Li 2014).
    """
    if len(said) < FEWEST_WORDS:
        return None
    # numpy takes bytes as they are, and numbers one by one
    hashed = np.frombuffer(b"".join(map(_hashes.__getitem__, said)), _NUMBER)
    runs = hashed[:-2] * np.uint64(_MIX[0]) + hashed[1:-1] * np.uint64(_MIX[1]) + hashed[2:] * np.uint64(_MIX[2])
    runs ^= runs >> np.uint64(29)
    runs *= np.uint64(0xBF58476D1CE4E5B9)
    runs.sort()
    bins = (runs >> np.uint64(64 - _BIN_BITS)).astype(np.intp)
    least = np.full(SIZE, _NONE)
    least[bins[::-1]] = (runs[::-1] >> np.uint64(64 - _BIN_BITS - 32)).astype(np.uint32)
    return _filled(least)


def likeness(one: Sketch, other: Sketch) -> float:
    """Return the share of numbers that two sketches have in common: an estimate of the share of runs of words."""
    return float(np.count_nonzero(one == other)) / SIZE


def runs(said: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Return the runs of three words of a text."""
    return frozenset(zip(said, said[1:], said[2:], strict=False))


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of runs of three words that two texts have in common (Jaccard), from 0 to 1."""
    mine, theirs = runs(one), runs(other)
    either = len(mine | theirs)
    return len(mine & theirs) / either if either else 0.0


class _Hashes(dict[str, bytes]):
    """The numbers of words met so far, eight bytes each, as numpy reads them; forgotten when they are too many."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= _MOST_WORDS:
            self.clear()
        number = zlib.crc32(word.encode("utf-8", "surrogatepass")) + 1
        found = self[word] = number.to_bytes(8, "little")
        return found


_hashes = _Hashes()


def _filled(least: Sketch) -> Sketch:
    empty = np.flatnonzero(least == _NONE)
    if empty.size:
        full = np.flatnonzero(least != _NONE)
        nearest = full[np.searchsorted(full, empty) % full.size]
        # The distance goes in, so that two texts agree only where the same bins are empty.
        least[empty] = least[nearest] + ((nearest - empty) % SIZE).astype(np.uint32) * np.uint32(0x9E3779B1)
    return least
