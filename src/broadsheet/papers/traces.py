"""Who wrote a record and when, in one number: enough to see that two records with like abstracts cannot be one work.

Which records are looked at is `blocking`'s, whether they are one work `evidence`'s to say: a trace only spares it
records that its rule for abstracts would refuse, and reading them. Traces are kept: no seed, no `hash()`.
"""

import zlib
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from broadsheet.papers import people
from broadsheet.papers.evidence import USUAL
from broadsheet.papers.records import SourceRecord

UNTOLD = 0  # the trace of what must be compared
_BITS = 44  # for the words of names
_NAMES = (1 << _BITS) - 1
_MOST = 63  # authors that are counted
_FIRST_YEAR = 1700


def of(record: SourceRecord) -> int:
    """Return the trace of a record: months, number of authors, and a bit for each word of their names."""
    masks = _masks(record)
    bits = 0
    for mask in masks:
        bits |= mask
    return (_months(record.published) << 6 | min(len(masks), _MOST)) << _BITS | bits


def test(record: SourceRecord) -> Callable[[int], bool]:
    """Return what says whether the record of a trace may be one work with `record` for its abstract's sake.

    Where it says no, `evidence` would: other people (`people.Agreement.all_but_few`), or years between.
    """
    masks, months = _masks(record), _months(record.published)
    own = len(masks)

    def may_be(trace: int) -> bool:
        if trace == UNTOLD or own >= _MOST:
            return True
        bits, count, when = trace & _NAMES, trace >> _BITS & _MOST, trace >> (_BITS + 6)
        if count == _MOST:
            return True
        if months and when and abs(months - when) > USUAL:
            return False
        fewer, more = min(own, count), max(own, count)
        if 2 * fewer < more:
            return False
        return 5 * sum(mask & bits != 0 for mask in masks) >= 4 * fewer  # one person under two names shares a word

    return may_be


def _masks(record: SourceRecord) -> list[int]:
    """Return the bits of each author's words."""
    masks = []
    for words in people.words(record.authors):
        mask = 0
        for word in words:
            mask |= _bit(word)
        masks.append(mask)
    return masks


@lru_cache(maxsize=1 << 16)
def _bit(word: str) -> int:
    return 1 << zlib.crc32(word.encode("utf-8", "surrogatepass")) % _BITS


def _months(day: date | None) -> int:
    return 0 if day is None or day.year < _FIRST_YEAR else min((day.year - _FIRST_YEAR) * 12 + day.month, 0xFFF)
