"""The SQL of papers: rows in and out, in sets; which rows belong together is decided by `intake`.

Private to this package. Every statement works on a batch: a statement per paper would cost more than all the rest.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from json.encoder import encode_basestring
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.column_types import unpacked
from broadsheet.database.schema import (
    artefact,
    identifier,
    paper,
    record_key,
    signal,
    source_record,
    unweighed,
    version,
)
from broadsheet.papers import wire
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, ArtefactKind, Description, Paper, Version
from broadsheet.papers.records import Signal, SourceRecord

# SQLite takes 32,766 values in one statement; pairs and other conditions share them.
CHUNK = 5_000
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
_BY_KEY = "SELECT key, record_id, trace FROM record_key WHERE key IN (%s)"
_SAID = "SELECT id, record FROM source_record WHERE id IN (%s)"
_SAID_OF = "SELECT paper_id, record FROM source_record WHERE paper_id IN (%s) ORDER BY id"
_PAPER_OF = "SELECT id, paper_id FROM source_record WHERE id IN (%s)"
_VERSIONS = "SELECT paper_id, scheme, value, number, published FROM version WHERE paper_id IN (%s) ORDER BY number"
_SIGNALS = "SELECT paper_id, kind, value, observed_at, began_at FROM signal WHERE paper_id IN (%s) ORDER BY observed_at"
_T = TypeVar("_T")


def chunks(values: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """Cut `values` into lists that fit into one statement."""
    held = list(values)
    for start in range(0, len(held), size):
        yield held[start : start + size]


def known_records(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Row[Any]]:
    """Return id, paper_id and digest of the records that stand under (source, key)."""
    columns = source_record.c
    found: dict[tuple[str, str], Row[Any]] = {}
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, key in keys:
        by_source[source].append(key)
    for source, own in by_source.items():
        for some in chunks(own):
            asked = select(columns.id, columns.key, columns.paper_id, columns.digest)
            for row in connection.execute(asked.where(columns.source == source, columns.key.in_(some))):
                found[source, row.key] = row
    return found


def records_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, SourceRecord]:
    """Return what the records with these ids say, without their verbatim payloads."""
    found: dict[int, SourceRecord] = {}
    for some in chunks(ids):
        found |= {one: wire.loads(unpacked(said)) for one, said in _told(connection, _SAID, _among(some))}
    return found


def owners(connection: Connection, identifiers: Iterable[Identifier]) -> dict[Identifier, int]:
    """Return which paper each known identifier belongs to."""
    by_scheme: dict[str, list[str]] = defaultdict(list)
    for one in identifiers:
        by_scheme[one.scheme].append(one.value)
    found: dict[Identifier, int] = {}
    for scheme, values in by_scheme.items():
        for some in chunks(values):
            asked = select(identifier.c.value, identifier.c.paper_id)
            for row in connection.execute(asked.where(identifier.c.scheme == scheme, identifier.c.value.in_(some))):
                found[Identifier(scheme, row.value)] = row.paper_id  # type: ignore[arg-type]
    return found


def by_key(connection: Connection, keys: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Return id and trace of the records that are looked for under each key."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for some in chunks(keys):
        for key, record_id, trace in _told(connection, _BY_KEY, _among(some)):
            found[key].append((record_id, trace))
    return found


def papers_of(connection: Connection, record_ids: Iterable[int]) -> dict[int, int]:
    """Return the paper of each record, by its id."""
    found: dict[int, int] = {}
    for some in chunks(record_ids):
        found |= dict(_told(connection, _PAPER_OF, _among(some)))
    return found


def homes(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the paper of each record that is here."""
    return {key: row.paper_id for key, row in known_records(connection, keys).items()}


def write_keys(connection: Connection, keys: Mapping[int, Mapping[int, int]], *, fresh: bool = False) -> None:
    """Let each record, by its id, be looked for under these keys and no others; `fresh` ones had none before."""
    if not fresh:
        for some in chunks(keys):
            connection.execute(delete(record_key).where(record_key.c.record_id.in_(some)))
    rows = ((key, record_id, trace) for record_id, own in keys.items() for key, trace in own.items())
    insert_sorted(connection, record_key, rows)


def records_of(connection: Connection, paper_ids: Iterable[int]) -> dict[int, list[SourceRecord]]:
    """Return what every source said of each paper, oldest first."""
    found: dict[int, list[SourceRecord]] = defaultdict(list)
    for some in chunks(paper_ids):
        for paper_id, said in _told(connection, _SAID_OF, _among(some)):
            found[paper_id].append(wire.loads(unpacked(said)))
    return found


def insert_sorted(connection: Connection, table: Table, rows: Iterable[tuple[int, ...]]) -> None:
    """Insert rows of numbers in the order in which the table keeps them; past SQLAlchemy: they are many."""
    held = sorted(rows)
    if held:
        _insert_rows(connection, table, [column.name for column in table.c], held)


def record_ids(connection: Connection, paper_ids: Iterable[int]) -> dict[tuple[str, str], int]:
    """Return the number of each record of these papers by its source and key."""
    columns = source_record.c
    found: dict[tuple[str, str], int] = {}
    for some in chunks(paper_ids):
        asked = select(columns.id, columns.source, columns.key).where(columns.paper_id.in_(some))
        found |= {(row.source, row.key): row.id for row in connection.execute(asked)}
    return found


def row_of(combined: Description, change: int, now: datetime) -> dict[str, Any]:
    """Return the columns of a paper that its records decide."""
    return {
        "title": combined.title,
        "abstract": combined.abstract,
        "authors": _listed(combined.authors),
        "published": combined.published,
        "date_precision": combined.date_precision,
        "categories": _listed(combined.categories),
        "sources": _listed(combined.sources),
        "links": _listed(combined.links),
        "venue": combined.venue,
        "comments": combined.comments,
        "licence": combined.licence,
        "withdrawn": combined.withdrawn,
        "summary": combined.summary,
        "updated_at": now,
        "change": change,
    }


def _listed(values: Iterable[str]) -> str:
    """Return texts as a JSON list: `json.dumps` makes an encoder each time, which takes longer than they do."""
    return f"[{', '.join(map(encode_basestring, values))}]"


def write_papers(
    connection: Connection, fresh: Mapping[int, Description], old: Mapping[int, Description], change: int, now: datetime
) -> None:
    """Insert `fresh` and update `old` papers, by id; they take the change numbers from `change` on."""
    rows = [
        {"id": paper_id, "first_seen_at": now, **row_of(one, change + place, now)}
        for place, (paper_id, one) in enumerate(fresh.items())
    ]
    _insert(connection, paper, rows)
    change += len(rows)
    _update(connection, paper, {at: row_of(one, change + n, now) for n, (at, one) in enumerate(old.items())})
    for table in (identifier, artefact, version):
        _clear(connection, table, old)
    every = {**fresh, **old}
    _insert(connection, identifier, _identifier_rows(every))
    _insert(connection, artefact, _artefact_rows(every))
    _insert(connection, version, _version_rows(every))


def write_artefacts(connection: Connection, papers: Mapping[int, Description]) -> None:
    """Write down what is now known of the artefacts of `papers`."""
    _clear(connection, artefact, papers)
    _insert(connection, artefact, _artefact_rows(papers))
    mark_unweighed(connection, papers)


def write_records(connection: Connection, fresh: list[dict[str, Any]], changed: list[dict[str, Any]]) -> None:
    """Insert `fresh` source records and overwrite the `changed` ones, which carry their id."""
    _insert(connection, source_record, fresh)
    _update(connection, source_record, {row.pop("id"): row for row in changed})


def move_records(connection: Connection, papers: Mapping[int, int]) -> None:
    """Give records, by their ids, to other papers."""
    _update(connection, source_record, {record_id: {"paper_id": paper_id} for record_id, paper_id in papers.items()})


def see_as_long(connection: Connection, parted: Iterable[tuple[int, int]]) -> None:
    """Let papers that came of others (from, to) be known here as long as those: they are no news."""
    for old, new in parted:
        first = select(paper.c.first_seen_at).where(paper.c.id == old).scalar_subquery()
        connection.execute(update(paper).where(paper.c.id == new).values(first_seen_at=first))


def write_signals(connection: Connection, observed: Iterable[tuple[int, Signal]]) -> None:
    """Keep observations; one made at the same moment again overwrites the first."""
    rows = {
        (paper_id, one.kind, one.observed_at): {
            "paper_id": paper_id,
            "kind": one.kind,
            "observed_at": one.observed_at,
            "value": one.value,
            "began_at": one.began_at,
        }
        for paper_id, one in observed
    }
    if not rows:
        return
    upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(signal)
    connection.execute(
        upsert.on_conflict_do_update(
            index_elements=["paper_id", "kind", "observed_at"],
            set_={"value": upsert.excluded.value, "began_at": upsert.excluded.began_at},
        ),
        list(rows.values()),
    )
    mark_unweighed(connection, (paper_id for paper_id, _, _ in rows))


def mark_unweighed(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Say that something was observed of papers which trending has not looked at yet."""
    rows = [{"paper_id": paper_id, "times": 1} for paper_id in sorted(set(paper_ids))]
    if rows:
        upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(unweighed)
        again = {"times": unweighed.c.times + 1}
        connection.execute(upsert.on_conflict_do_update(index_elements=["paper_id"], set_=again), rows)


def signals(connection: Connection, paper_ids: Iterable[int]) -> dict[int, list[Signal]]:
    """Return all signals of each paper that has any, oldest first."""
    found: dict[int, list[Signal]] = defaultdict(list)
    for some in chunks(dict.fromkeys(paper_ids)):
        among = ",".join(str(int(paper_id)) for paper_id in some)
        for paper_id, kind, value, observed_at, began_at in _told(connection, _SIGNALS, among):
            seen = datetime.fromisoformat(observed_at)
            found[paper_id].append(Signal(kind, value, seen, _moment(began_at)))
    return dict(found)


def papers(connection: Connection, ids: Sequence[int]) -> dict[int, Paper]:
    """Return the papers among `ids` that exist and are not hidden."""
    found: dict[int, Paper] = {}
    for some in chunks(dict.fromkeys(ids)):
        among = _among(some)
        named: dict[int, list[Identifier]] = defaultdict(list)
        for paper_id, scheme, value in _told(connection, _NAMED, among):
            named[paper_id].append(Identifier(scheme, value))
        reusable: dict[int, list[Artefact]] = defaultdict(list)
        for paper_id, *told in _told(connection, _REUSABLE, among):
            reusable[paper_id].append(_artefact(*told))
        versions: dict[int, list[Version]] = defaultdict(list)
        for paper_id, scheme, value, number, published in _told(connection, _VERSIONS, among):
            versions[paper_id].append(Version(Identifier(scheme, value), number, _date(published)))
        for row in _told(connection, _PAPERS, among):
            found[row[0]] = _paper(row, named[row[0]], reusable[row[0]], versions[row[0]])
    return found


def _among(ids: Iterable[int]) -> str:
    return ",".join(map(str, map(int, ids)))


def _told(connection: Connection, statement: str, among: str) -> Sequence[tuple[Any, ...]]:
    """Run one of this module's own statements; `among` holds whole numbers and commas alone."""
    if not connection.in_transaction():
        connection.begin()  # the driver itself would let each statement see another state
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement % among)
        return cursor.fetchall()
    finally:
        cursor.close()


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows of the same columns, each value as its column keeps it; past SQLAlchemy: they are many."""
    if not rows:
        return
    dialect, names = connection.dialect, list(rows[0])
    writers = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    held = [
        tuple(value if write is None else write(value) for write, value in zip(writers, row.values(), strict=True))
        for row in rows
    ]
    _insert_rows(connection, table, names, held)


def _insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(names))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608


def _update(connection: Connection, table: Table, rows: Mapping[int, dict[str, Any]]) -> None:
    if rows:
        asked = update(table).where(table.c.id == bindparam("at"))
        connection.execute(asked, [{"at": at, **row} for at, row in rows.items()])


def _clear(connection: Connection, table: Table, paper_ids: Iterable[int]) -> None:
    for some in chunks(paper_ids):
        connection.execute(delete(table).where(table.c.paper_id.in_(some)))


def _identifier_rows(papers: Mapping[int, Description]) -> list[dict[str, Any]]:
    return [
        {"scheme": one.scheme, "value": one.value, "paper_id": paper_id, "place": place}
        for paper_id, combined in papers.items()
        for place, one in enumerate(combined.identifiers)
    ]


def _artefact_rows(papers: Mapping[int, Description]) -> list[dict[str, Any]]:
    return [
        {
            "paper_id": paper_id,
            "url": one.url,
            "kind": one.kind,
            "licence": one.licence,
            "stars": one.stars,
            "seen_alive_at": one.seen_alive_at,
            "found_in": one.found_in,
            "official": one.official,
            "reason": one.reason,
        }
        for paper_id, combined in papers.items()
        for one in combined.artefacts
    ]


def _version_rows(papers: Mapping[int, Description]) -> list[dict[str, Any]]:
    rows = {
        (paper_id, one.identifier, one.number): {
            "paper_id": paper_id,
            "scheme": one.identifier.scheme,
            "value": one.identifier.value,
            "number": one.number,
            "published": one.published,
        }
        for paper_id, combined in papers.items()
        for one in combined.versions
    }
    return list(rows.values())


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
