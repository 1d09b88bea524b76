"""Decides which records tell of one work, and makes one paper of all that was said of it.

Two records tell of one work if they share an identifier, or if title, authors, abstract and dates leave no doubt
(`evidence`); and if nothing speaks against it. Which records are compared at all is `works`' matter.
What a paper says is always combined anew from all its records, so the order in which they came plays no part.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from broadsheet.papers import artefacts, clean, evidence, titles
from broadsheet.papers.evidence import Reason
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, DatePrecision, Description
from broadsheet.papers.records import SourceRecord

# Raised when records are to be compared, or found, in another way: all that is stored is then merged anew.
RULES = 1
# Who is believed first where sources disagree on title, abstract, authors: the place of record before those who copy.
_BELIEVED = ("acl-anthology", "arxiv", "biorxiv", "openalex", "semantic-scholar")
_BELIEVED_LAST = ("hf", "hf-daily-papers", "example-page")
# Schemes that give a work one identifier, so that two are two works: yearly reports, parts, responses under one title.
# The others speak for nothing: DOIs, OpenReview and OpenAlex know preprint and publication apart.
_ONE_PER_WORK = ("arxiv", "acl")
# Share of words that two abstracts of one work have in common at least, where their source lists it twice.
_ALIKE = 0.6
# Sources whose keys are such numbers, so that one work never stands there twice.
_NUMBERING = ("arxiv", "acl-anthology", "hf")
# Which identifier names a paper: what a reader would type.
_NAMING = ("arxiv", "acl", "doi", "openreview", "openalex", "s2")
NAMES = {
    "arxiv": "arXiv id",
    "acl": "ACL id",
    "doi": "DOI",
    "openreview": "OpenReview id",
    "openalex": "OpenAlex id",
    "s2": "Semantic Scholar id",
}
_T = TypeVar("_T")
_PRECISION: dict[DatePrecision, int] = {"day": 0, "month": 1, "year": 2}


def one_by_identifier(mine: Sequence[SourceRecord], others: Sequence[SourceRecord]) -> Reason | None:
    """Say why two sets of records that may share an identifier tell of one work; None where they do not.

    DOIs are mistyped and copied: arXiv lists many under two unrelated papers. Where the sets contradict each other,
    only the same title by the same authors convinces (a paper posted to two archives), or a record that names both.
    """
    shared = sorted(_identifiers_of(mine) & _identifiers_of(others), key=lambda one: _NAMING.index(one.scheme))
    if not shared:
        return None
    if _contradict(mine, others) and not any(_same_title(a, b) for a in mine for b in others):
        return None
    return Reason("identifier", f"same {NAMES[shared[0].scheme]} {shared[0].value}")


def one_by_evidence(mine: Sequence[SourceRecord], others: Sequence[SourceRecord]) -> Reason | None:
    """Say why two sets of records that share no identifier tell of one work; None where that is not certain.

    A source that lists two says that they are two, unless all authors and the abstracts agree as well and it is none
    that gives every work a number of its own.
    """
    if _contradict(mine, others):
        return None
    pairs = [(a, b) for a in mine for b in others]
    if any(a.source == b.source and a.key != b.key and not _told_twice(a, b) for a, b in pairs):
        return None
    return next((reason for a, b in pairs if (reason := evidence.reason(a, b))), None)


def reason_between(a: SourceRecord, b: SourceRecord) -> Reason | None:
    """Say why two records are one work."""
    return one_by_identifier([a], [b]) or one_by_evidence([a], [b])


def _identifiers_of(records: Sequence[SourceRecord]) -> set[Identifier]:
    return {one for record in records for one in record.identifiers}


def _contradict(mine: Sequence[SourceRecord], others: Sequence[SourceRecord]) -> bool:
    for scheme in _ONE_PER_WORK:
        own, theirs = _values(mine, scheme), _values(others, scheme)
        if own and theirs and own.isdisjoint(theirs):
            return True
    return False


def _values(records: Sequence[SourceRecord], scheme: str) -> set[str]:
    return {one.value for record in records for one in record.identifiers if one.scheme == scheme}


def _same_title(a: SourceRecord, b: SourceRecord) -> bool:
    found = evidence.reason(a, b)
    return found is not None and found.kind == "title"


def _told_twice(a: SourceRecord, b: SourceRecord) -> bool:
    if a.source in _NUMBERING or titles.normalised(a.title) != titles.normalised(b.title):
        return False
    if [titles.family_name(name) for name in a.authors] != [titles.family_name(name) for name in b.authors]:
        return False
    mine, theirs = set(a.abstract.casefold().split()), set(b.abstract.casefold().split())
    return bool(mine) and len(mine & theirs) >= _ALIKE * len(mine | theirs)


def combine(records: Sequence[SourceRecord]) -> Description:
    """Make one paper of all records of a work; at least one is needed."""
    ordered = sorted(records, key=_belief)
    best = next((record for record in ordered if record.title != clean.UNTITLED), ordered[0])
    published, precision = _date(ordered)
    told = next((record for record in ordered if record.abstract and not record.summary), None)
    summary = told is None and any(record.summary for record in ordered)
    abstract = told or next((record for record in ordered if record.abstract), best)
    links = _all([record.links for record in ordered])
    return Description(
        title=best.title,
        abstract=abstract.abstract,
        authors=next((record.authors for record in ordered if record.authors), ()),
        published=published,
        date_precision=precision,
        categories=_all([record.categories for record in ordered]),
        sources=_once(record.source for record in ordered),
        identifiers=_identifiers(ordered),
        artefacts=_artefacts(ordered, links, abstract),
        links=links,
        versions=_all([record.versions for record in ordered]),
        venue=next((record.venue for record in ordered if record.venue), ""),
        comments=next((record.comments for record in ordered if record.comments), ""),
        withdrawn=any(record.withdrawn for record in ordered),
        summary=summary,
        licence=next((record.licence for record in ordered if record.licence), ""),
    )


def _belief(record: SourceRecord) -> tuple[bool, int, str, str]:
    if record.source in _BELIEVED:
        rank = _BELIEVED.index(record.source)
    elif record.source in _BELIEVED_LAST:
        rank = 200 + _BELIEVED_LAST.index(record.source)
    else:
        rank = 100
    return record.summary, rank, record.source, record.key


def _once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


def _all(lists: Sequence[tuple[_T, ...]]) -> tuple[_T, ...]:
    """Return what several records list, each once; what one alone lists is so already."""
    return lists[0] if len(lists) == 1 else _once(one for some in lists for one in some)


def _date(records: Sequence[SourceRecord]) -> tuple[date | None, DatePrecision]:
    """Return when the work first appeared: the earliest date, or one that tells it within that month or year."""
    dated = [(record.published, record.date_precision) for record in records if record.published]
    if not dated:
        return None, "day"
    first, precision = min(dated, key=lambda found: (found[0], _PRECISION[found[1]]))
    known = {"day": 10, "month": 7, "year": 4}[precision]
    same = [found for found in dated if found[0].isoformat()[:known] == first.isoformat()[:known]]
    return min(same, key=lambda found: (_PRECISION[found[1]], found[0]))


def _identifiers(records: Sequence[SourceRecord]) -> tuple[Identifier, ...]:
    found = _all([record.identifiers for record in records])
    return tuple(sorted(found, key=lambda identifier: _NAMING.index(identifier.scheme)))


def _artefacts(records: Sequence[SourceRecord], links: Sequence[str], abstract: SourceRecord) -> tuple[Artefact, ...]:
    return artefacts.gathered(
        [artefact for record in records for artefact in record.artefacts],
        links,
        "" if abstract.summary else abstract.abstract,
        _once(record.comments for record in records if record.comments),
        next((record.authors for record in records if record.authors), ()),
    )
