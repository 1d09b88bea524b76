"""The SQL that gives papers out: whole, for every page of results, and by their names alone.

How they come in is `store`'s. Private to this package.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from broadsheet.database import direct
from broadsheet.database.schema import identifier, paper
from broadsheet.papers import batches
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, ArtefactKind, Paper, Version

# Search asks these for every page of results. They go to the driver as they are: what SQLAlchemy does around them
# took two thirds of the time of reading twenty papers.
_PAPERS = (
    "SELECT id, title, abstract, authors, published, date_precision, categories, sources, links, venue, comments, "
    "withdrawn, summary, licence, first_seen_at, updated_at, change FROM paper WHERE id IN (%s) "
    "AND NOT EXISTS (SELECT 1 FROM hidden_paper WHERE hidden_paper.paper_id = paper.id)"
)
_NAMED = "SELECT paper_id, scheme, value FROM identifier WHERE paper_id IN (%s) ORDER BY place"
# What was found at the artefact itself counts more than what a source said of it.
_REUSABLE = (
    "SELECT a.paper_id, a.kind, a.url, COALESCE(c.licence, a.licence), COALESCE(c.stars, a.stars), "
    "COALESCE(c.seen_alive_at, a.seen_alive_at), a.found_in, a.official, a.reason, c.state "
    "FROM artefact a LEFT JOIN artefact_check c ON c.url = a.url WHERE a.paper_id IN (%s) ORDER BY a.url"
)
_VERSIONS = "SELECT paper_id, scheme, value, number, published FROM version WHERE paper_id IN (%s) ORDER BY number"


def papers(connection: Connection, ids: Sequence[int]) -> dict[int, Paper]:
    """Return the papers among `ids` that exist and are not hidden."""
    found: dict[int, Paper] = {}
    for some in batches.chunks(dict.fromkeys(ids)):
        among = direct.among(some)
        named: dict[int, list[Identifier]] = defaultdict(list)
        for paper_id, scheme, value in direct.told(connection, _NAMED, among):
            named[paper_id].append(Identifier(scheme, value))
        reusable: dict[int, list[Artefact]] = defaultdict(list)
        for paper_id, *known in direct.told(connection, _REUSABLE, among):
            reusable[paper_id].append(_artefact(*known))
        versions: dict[int, list[Version]] = defaultdict(list)
        for paper_id, scheme, value, number, published in direct.told(connection, _VERSIONS, among):
            versions[paper_id].append(Version(Identifier(scheme, value), number, _date(published)))
        for row in direct.told(connection, _PAPERS, among):
            found[row[0]] = _paper(row, named[row[0]], reusable[row[0]], versions[row[0]])
    return found


def _paper(row: tuple[Any, ...], named: list[Identifier], reusable: list[Artefact], versions: list[Version]) -> Paper:
    (
        paper_id,
        title,
        abstract,
        authors,
        published,
        date_precision,
        categories,
        sources,
        links,
        venue,
        comments,
        withdrawn,
        summary,
        licence,
        first_seen_at,
        updated_at,
        change,
    ) = row
    # One call for all lists: four would take as long as reading the row.
    lists = json.loads(f"[{authors},{categories},{sources},{links}]")
    return Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=tuple(lists[0]),
        published=_date(published),
        date_precision=date_precision,
        categories=tuple(lists[1]),
        sources=tuple(lists[2]),
        identifiers=tuple(named),
        artefacts=tuple(reusable),
        links=tuple(lists[3]),
        versions=tuple(versions),
        venue=venue,
        comments=comments,
        withdrawn=bool(withdrawn),
        summary=bool(summary),
        licence=licence,
        first_seen_at=datetime.fromisoformat(first_seen_at),
        updated_at=datetime.fromisoformat(updated_at),
        change=change,
    )


def _artefact(
    kind: ArtefactKind,
    url: str,
    licence: str | None,
    stars: int | None,
    seen: str | None,
    found_in: str,
    official: bool | None,
    reason: str,
    state: str | None,
) -> Artefact:
    own = None if official is None else bool(official)  # SQLite's driver gives 0 and 1
    return Artefact(kind, url, licence, stars, _moment(seen), found_in, own, reason, state == "dead")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _date(value: date | str | None) -> date | None:
    """Read a day as the drivers give it: SQLite's has no dates and gives text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def named_between(connection: Connection, first: int, last: int) -> list[tuple[str, datetime]]:
    """Return (key, when it last changed) of the papers with numbers from `first` to `last`, without reading them."""
    best = (
        select(identifier.c.scheme + ":" + identifier.c.value)
        .where(identifier.c.paper_id == paper.c.id)
        .order_by(identifier.c.place)
        .limit(1)
        .scalar_subquery()
    )
    asked = select(paper.c.id, best, paper.c.updated_at).where(paper.c.id.between(first, last)).order_by(paper.c.id)
    return [(key or f"paper:{number}", changed) for number, key, changed in connection.execute(asked)]
