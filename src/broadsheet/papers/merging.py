"""Decides which records tell of one work, and makes one paper of all that was said of it.

Two records tell of one work if they share an identifier; or if normalised title, first author and year (or the year
next to it) agree; and if nothing speaks against it. Which records are compared at all is `works`' matter.
What a paper says is always combined anew from all its records, so the order in which they came plays no part.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from broadsheet.papers import artefacts, clean, titles
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, DatePrecision, Description
from broadsheet.papers.records import SourceRecord

# Who is believed first where sources disagree on title, abstract, authors: the place of record before those who copy.
_BELIEVED = ("acl-anthology", "arxiv", "biorxiv", "openalex", "semantic-scholar")
_BELIEVED_LAST = ("hf", "hf-daily-papers", "example-page")
# Schemes that give a work one identifier, so that two are two works: yearly reports, parts, responses under one title.
# The others speak for nothing: DOIs, OpenReview and OpenAlex know preprint and publication apart.
_ONE_PER_WORK = ("arxiv", "acl")
# Share of words that two abstracts of one work have in common at least, where their source lists it twice.
_ALIKE = 0.6
# With so many family names in common the first author's given names may stand in another order.
_ENOUGH = 3
# Which identifier names a paper: what a reader would type.
_NAMING = ("arxiv", "acl", "doi", "openreview", "openalex", "s2")
_T = TypeVar("_T")
_PRECISION: dict[DatePrecision, int] = {"day": 0, "month": 1, "year": 2}


def work_key(title: str, authors: Sequence[str], published: date | None) -> str:
    """Return the key under which a work stands; empty where the title names nothing."""
    return next(iter(work_keys(title, authors, published, shifts=(0,))), "")


def work_keys(
    title: str, authors: Sequence[str], published: date | None, *, shifts: Sequence[int] = (0, -1, 1)
) -> list[str]:
    """Return the keys under which the same work may stand from another source; none where the title names nothing.

    `shifts` look for it in the years beside: a preprint of December is in the proceedings of the next year.
    """
    if not authors or published is None or not titles.is_telling(title):
        return []
    named = f"{titles.normalised(title)}|{titles.family_name(authors[0])}|"
    years = (f"{named}{published.year + shift}" for shift in shifts)
    return [hashlib.blake2b(year.encode("utf-8", "replace"), digest_size=12).hexdigest() for year in years]


def one_by_identifier(mine: Sequence[SourceRecord], others: Sequence[SourceRecord]) -> bool:
    """Say whether two sets of records that share an identifier tell of one work.

    DOIs are mistyped and copied: arXiv lists many under two unrelated papers. Where the sets contradict each other,
    only the same title by the same author convinces (a paper posted to two archives), or a record that names both.
    """
    return not _contradict(mine, others) or any(_same_title(a, b) for a in mine for b in others)


def one_by_title(mine: Sequence[SourceRecord], others: Sequence[SourceRecord]) -> bool:
    """Say whether two sets of records with a work key in common tell of one work.

    A source that lists two of that title says that they are two, unless all authors and the abstracts agree as well.
    """
    if _contradict(mine, others):
        return False
    pairs = [(a, b) for a in mine for b in others]
    if any(a.source == b.source and a.key != b.key and not _told_twice(a, b) for a, b in pairs):
        return False
    return any(_same_title(a, b) and _authors_agree(a, b) for a, b in pairs)


def _contradict(mine: Sequence[SourceRecord], others: Sequence[SourceRecord]) -> bool:
    for scheme in _ONE_PER_WORK:
        own, theirs = _values(mine, scheme), _values(others, scheme)
        if own and theirs and own.isdisjoint(theirs):
            return True
    return False


def _values(records: Sequence[SourceRecord], scheme: str) -> set[str]:
    return {one.value for record in records for one in record.identifiers if one.scheme == scheme}


def _same_title(a: SourceRecord, b: SourceRecord) -> bool:
    key = work_key(a.title, a.authors, a.published)
    return bool(key) and key in work_keys(b.title, b.authors, b.published)


def _authors_agree(a: SourceRecord, b: SourceRecord) -> bool:
    """Say whether two author lists alike in the first family name may be the same: Wei Wang is not Xin Wang."""
    mine, theirs = [titles.person(name) for name in a.authors], [titles.person(name) for name in b.authors]
    shared = len({family for family, _ in mine} & {family for family, _ in theirs})
    fewer = min(len(mine), len(theirs))
    initials = {mine[0][1], theirs[0][1]} - {""}
    if len(initials) > 1 and shared < _ENOUGH:
        return False
    return shared >= min(fewer, 2) and 2 * shared >= fewer


def _told_twice(a: SourceRecord, b: SourceRecord) -> bool:
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
    links = _once(link for record in ordered for link in record.links)
    return Description(
        title=best.title,
        abstract=abstract.abstract,
        authors=next((record.authors for record in ordered if record.authors), ()),
        published=published,
        date_precision=precision,
        categories=_once(category for record in ordered for category in record.categories),
        sources=_once(record.source for record in ordered),
        identifiers=_identifiers(ordered),
        artefacts=_artefacts(ordered, links, abstract),
        links=links,
        versions=_once(version for record in ordered for version in record.versions),
        venue=next((record.venue for record in ordered if record.venue), ""),
        comments=next((record.comments for record in ordered if record.comments), ""),
        withdrawn=any(record.withdrawn for record in ordered),
        summary=summary,
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
    found = _once(identifier for record in records for identifier in record.identifiers)
    return tuple(sorted(found, key=lambda identifier: _NAMING.index(identifier.scheme)))


def _artefacts(records: Sequence[SourceRecord], links: Sequence[str], abstract: SourceRecord) -> tuple[Artefact, ...]:
    """What sources name as artefacts, with what they know of them; then what links and the text lead to."""
    text = "" if abstract.summary else abstract.abstract
    comments = " ".join(record.comments for record in records if "http" in record.comments)
    found: dict[str, Artefact] = {}
    for artefact in (
        *(artefact for record in records for artefact in record.artefacts),
        *artefacts.from_links(links, f"{text} {comments}" if comments else text),
    ):
        known = artefacts.classify(artefact.url)
        url = known.url if known and known.kind == artefact.kind else artefact.url
        before = found.get(url)
        if before is None or (before.stars is None and artefact.stars is not None):
            found[url] = Artefact(
                kind=artefact.kind,
                url=url,
                licence=artefact.licence or (before.licence if before else None),
                stars=artefact.stars,
                seen_alive_at=artefact.seen_alive_at or (before.seen_alive_at if before else None),
                found_in=artefact.found_in,
            )
    return tuple(found.values())
