"""Who wrote a record and when, in one number: enough to see that two records with like abstracts cannot be one work.

Which records are looked at is `blocking`'s, whether they are one work `evidence`'s to say: a trace only spares it
records that its rule for abstracts would refuse, and reading them. Traces are kept: no seed, no `hash()`.
"""

import zlib
from collections.abc import Callable
from datetime import date

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
    persons = people.persons(record.authors)
    bits = 0
    for person in persons:
        bits |= _mask(person.words)
    return (_months(record.published) << 6 | min(len(persons), _MOST)) << _BITS | bits


def test(record: SourceRecord) -> Callable[[int], bool]:
    """Return what says whether the record of a trace may be one work with `record` for its abstract's sake.

    Where it says no, `evidence` would: other people (`people.Agreement.all_but_few`), or years between.
    """
    persons = people.persons(record.authors)
    own, months = len(persons), _months(record.published)
    masks = [_mask(one.words) for one in persons]

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


def _mask(words: frozenset[str]) -> int:
    bits = 0
    for word in words:
        bits |= 1 << zlib.crc32(word.encode("utf-8", "surrogatepass")) % _BITS
    return bits


def _months(day: date | None) -> int:
    return 0 if day is None or day.year < _FIRST_YEAR else min((day.year - _FIRST_YEAR) * 12 + day.month, 0xFFF)
