"""Decides which work a record tells of, and makes one paper of all that was said of it.

Two records tell of one work if they share an identifier; or if normalised title, first author's family name and year
(or the year next to it) agree and nothing speaks against it. Where papers and records are kept is `store`'s matter.
What a paper says is always combined anew from all its records, so the order in which they came plays no part.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from broadsheet.papers import artefacts, titles
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, DatePrecision, Version
from broadsheet.papers.records import SourceRecord

# Who is believed first where sources disagree on title, abstract, authors: the place of record before those who copy.
_BELIEVED = ("acl-anthology", "arxiv", "biorxiv", "openalex", "semantic-scholar")
_BELIEVED_LAST = ("hf", "hf-daily-papers", "example-page")
# Which identifier names a paper: what a reader would type.
_NAMING = ("arxiv", "acl", "doi", "openreview", "openalex", "s2")
_T = TypeVar("_T")
_PRECISION: dict[DatePrecision, int] = {"day": 0, "month": 1, "year": 2}


@dataclass(frozen=True, slots=True)
class Combined:
    """What all records of one work say together; fields as in `Paper`."""

    title: str
    abstract: str
    authors: tuple[str, ...]
    published: date | None
    date_precision: DatePrecision
    categories: tuple[str, ...]
    sources: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    artefacts: tuple[Artefact, ...]
    links: tuple[str, ...]
    versions: tuple[Version, ...]
    venue: str
    comments: str
    withdrawn: bool
    summary: bool
    work_key: str


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
    return [hashlib.blake2b(year.encode("utf-8", "replace"), digest_size=16).hexdigest() for year in years]


def may_be_one(record: SourceRecord, others: Iterable[SourceRecord]) -> bool:
    """Say whether `record`, alike by its key, may be the work of `others`.

    Against it speaks that one scheme names both by different identifiers: arXiv gives a work one number, so two numbers
    are two works under one title (yearly reports, parts, responses). DOIs are many for one work and speak for nothing.
    """
    mine: dict[str, str] = {
        identifier.scheme: identifier.value for identifier in record.identifiers if identifier.scheme != "doi"
    }
    for other in others:
        if other.source == record.source and other.key != record.key and not (mine or other.identifiers):
            return False
        for identifier in other.identifiers:
            if mine.get(identifier.scheme, identifier.value) != identifier.value:
                return False
    return True


def combine(records: Sequence[SourceRecord]) -> Combined:
    """Make one paper of all records of a work; at least one is needed."""
    ordered = sorted(records, key=_belief)
    best = ordered[0]
    published, precision = _date(ordered)
    told = next((record for record in ordered if record.abstract and not record.summary), None)
    summary = told is None and any(record.summary for record in ordered)
    abstract = told or next((record for record in ordered if record.abstract), best)
    links = _once(link for record in ordered for link in record.links)
    return Combined(
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
        work_key=work_key(best.title, best.authors, published),
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
    """Return when the work first appeared: the earliest date, or a later one of the same month that knows the day."""
    dated = [(record.published, record.date_precision) for record in records if record.published]
    if not dated:
        return None, "day"
    first = min(day for day, _ in dated)
    same = [found for found in dated if found[0].year == first.year and found[0].month == first.month]
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
