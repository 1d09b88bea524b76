"""Weighs whether two records without an identifier in common tell of one work, and says why in words.

Which records are compared at all is decided by `blocking`, what identifiers say by `merging`.
Each rule names what it saw and nothing else, so that a person can check the sentence against the two records.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from broadsheet.papers import people, sketch, titles
from broadsheet.papers.people import Agreement
from broadsheet.papers.records import SourceRecord

# Shares of runs of three words that two abstracts have in common. Of all pairs of the corpora with one title, those
# known to be one work lie above, those known to be two below the first; the others stand in docs/decisions/merging.md.
ALIKE, MUCH_ALIKE, NEARLY_THE_SAME = 0.2, 0.45, 0.85
# Shares of words that a changed title keeps where the abstract was changed as well: a little, or to the root.
_KEPT, _MOSTLY_KEPT = 0.3, 0.6
_ENOUGH = 3  # people who do not write two papers under nearly one title within months
_TELLING_WORDS = 5  # a title of so many words is not found twice by chance
# Months between two appearances of one work.
_LONG, USUAL, _SOON, _AT_ONCE = 72, 24, 18, 6


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two records are one work: `kind` is identifier, title, subtitle, abstract, or editor; `words` say it."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """What two records have in common; None where it is not known."""

    authors: Agreement
    alike: float | None
    months: int | None

    def within(self, months: int) -> bool:
        return self.months is None or self.months <= months

    @property
    def unlike(self) -> bool:
        return self.alike is not None and self.alike < ALIKE

    def at_least(self, share: float) -> bool:
        return self.alike is not None and self.alike >= share


def reason(a: SourceRecord, b: SourceRecord) -> Reason | None:
    """Return why `a` and `b` are one work by what they say, None where that is not certain."""
    mine, theirs = titles.normalised(a.title), titles.normalised(b.title)
    if titles.told_apart(a.title, b.title):
        return None
    seen = _Seen(people.agreement(a.authors, b.authors), _alike(a, b), _months(a.published, b.published))
    if mine == theirs and (titles.is_telling(a.title) or seen.at_least(NEARLY_THE_SAME)):
        return _by_title(a, seen)
    return _by_abstract(a, b, seen) or _by_subtitle(a, b, seen)


def _by_title(a: SourceRecord, seen: _Seen) -> Reason | None:
    if seen.authors.fewer == 0:  # a source that names no authors
        certain = seen.at_least(MUCH_ALIKE) and seen.within(_LONG)
    elif not seen.authors.probable:  # a name may be misspelt
        certain = seen.at_least(NEARLY_THE_SAME) and seen.authors.shared > 0 and seen.within(USUAL)
    elif seen.at_least(ALIKE):
        certain = seen.within(_LONG)
    elif titles.is_report(a.title):  # the same people write it again next year
        certain = seen.months is not None and seen.months <= _AT_ONCE and seen.authors.all_but_few
    elif seen.unlike:
        certain = _unlikely_chance(a, seen)
    else:
        certain = seen.within(USUAL) and (seen.months is not None or seen.authors.shared > 1)
    return Reason("title", _sentence("same title", seen)) if certain else None


def _unlikely_chance(a: SourceRecord, seen: _Seen) -> bool:
    """Say whether a rewritten abstract is likelier than two papers of one title by the same people."""
    telling = len(sketch.words(a.title)) >= _TELLING_WORDS
    return telling and seen.authors.shared > 1 and seen.authors.all_but_few and seen.within(_SOON)


def _by_abstract(a: SourceRecord, b: SourceRecord, seen: _Seen) -> Reason | None:
    if seen.alike is None or not seen.authors.all_but_few or not seen.within(USUAL):
        return None
    kept = titles.common(a.title, b.title)
    changed = (seen.at_least(MUCH_ALIKE) and kept >= _KEPT) or (seen.at_least(ALIKE / 2) and kept >= _MOSTLY_KEPT)
    if seen.at_least(NEARLY_THE_SAME) or (changed and seen.authors.shared >= _ENOUGH and seen.within(_SOON)):
        return Reason("abstract", _sentence("another title", seen))
    return None


def _by_subtitle(a: SourceRecord, b: SourceRecord, seen: _Seen) -> Reason | None:
    if seen.alike is not None or seen.authors.shared < 2 or not seen.authors.all_but_few:
        return None
    if seen.months is None or seen.months > _SOON or not titles.is_without_subtitle(a.title, b.title):
        return None
    return Reason("subtitle", _sentence("same title but for a subtitle", seen))


def _sentence(first: str, seen: _Seen) -> str:
    parts = [first]
    if seen.alike is not None:
        parts.append("the same abstract" if seen.alike == 1 else f"{seen.alike:.0%} of the abstract in common")
    if seen.authors.fewer:
        parts.append(seen.authors.words)
    if seen.months is not None:
        when = "in the same month" if seen.months == 0 else f"{seen.months} month{'s' * (seen.months > 1)} apart"
        parts.append(when)
    return ", ".join(parts)


def _alike(a: SourceRecord, b: SourceRecord) -> float | None:
    if a.summary or b.summary:
        return None
    if a.abstract == b.abstract and len(a.abstract) > 5 * sketch.FEWEST_WORDS:
        return 1.0
    mine, theirs = _runs(a.abstract), _runs(b.abstract)
    if mine is None or theirs is None:
        return None
    return len(mine & theirs) / len(mine | theirs)


@lru_cache(maxsize=512)
def _runs(abstract: str) -> frozenset[tuple[str, ...]] | None:
    said = sketch.words(abstract)
    return sketch.runs(said) if len(said) >= sketch.FEWEST_WORDS else None


def _months(one: date | None, other: date | None) -> int | None:
    if one is None or other is None:
        return None
    return abs((one.year - other.year) * 12 + one.month - other.month)
