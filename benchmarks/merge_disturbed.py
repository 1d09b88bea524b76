"""Rewrites records as other sources write them, so that a true pair becomes a hard one; each way is told by its name.

The same record is always rewritten alike: chance is drawn from its key.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from broadsheet.papers.records import SourceRecord

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def disturbed(record: SourceRecord, way: str) -> SourceRecord:
    """Return `record` rewritten in one of `WAYS`."""
    return WAYS[way](record, Random(record.key))


def _plain(record: SourceRecord, _chance: Random) -> SourceRecord:
    """Write as a form does that knows no accents, hyphens or capitals."""
    title = _bare(record.title).replace("-", " ").upper()
    return replace(record, title=title, authors=tuple(_bare(name) for name in record.authors))


def _initials(record: SourceRecord, _chance: Random) -> SourceRecord:
    return replace(record, authors=tuple(_catalogued(name) for name in record.authors))


def _other_order(record: SourceRecord, chance: Random) -> SourceRecord:
    return replace(record, authors=tuple(chance.sample(record.authors, len(record.authors))))


def _no_subtitle(record: SourceRecord, _chance: Random) -> SourceRecord:
    head = re.split(r"\s*[:?]\s", record.title, maxsplit=1)[0]
    return replace(record, title=head if len(head.split()) > 1 else record.title)


def _no_name(record: SourceRecord, _chance: Random) -> SourceRecord:
    """Leave out the system's name before the colon, as proceedings do."""
    tail = record.title.partition(": ")[2]
    return replace(record, title=tail or record.title)


def _other_title(record: SourceRecord, chance: Random) -> SourceRecord:
    """Put a third of the title's words aside, and others in their place."""
    words = record.title.split()
    for place in chance.sample(range(len(words)), max(len(words) // 3, 1)):
        words[place] = chance.choice(("towards", "efficient", "understanding", "revisited", "learned"))
    return replace(record, title=" ".join(words), published=_later(record, 150))


def _revised(record: SourceRecord, chance: Random) -> SourceRecord:
    """Leave out a third of the sentences, and let most of a year pass."""
    said = _SENTENCE.split(record.abstract)
    kept = sorted(chance.sample(range(len(said)), max(2 * len(said) // 3, 1)))
    return replace(record, abstract=" ".join(said[n] for n in kept), published=_later(record, 270))


def _no_abstract(record: SourceRecord, _chance: Random) -> SourceRecord:
    return replace(record, abstract="", published=_later(record, 270))


def _no_authors(record: SourceRecord, _chance: Random) -> SourceRecord:
    return replace(record, authors=())


def _later(record: SourceRecord, days: int):  # type: ignore[no-untyped-def]
    return record.published and record.published + timedelta(days=days)


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _catalogued(name: str) -> str:
    """Return `Quill, A. B.` of `Ada Bea Quill`."""
    *given, family = name.split() or [""]
    return f"{family}, {' '.join(f'{word[0]}.' for word in given)}" if given else family


WAYS: dict[str, Callable[[SourceRecord, Random], SourceRecord]] = {
    "no accents, hyphens, capitals": _plain,
    "initials, family name first": _initials,
    "authors in another order": _other_order,
    "subtitle dropped": _no_subtitle,
    "name before the colon dropped": _no_name,
    "a third of the title other words": _other_title,
    "abstract cut by a third, 9 months later": _revised,
    "no abstract, 9 months later": _no_abstract,
    "no authors": _no_authors,
}
