"""The SQL of records and of what papers are made of; which rows belong together is decided by `intake`.

How papers come out is `paper_store`'s. Private to this package. Every statement works on a batch: a statement per
paper would cost more than all the rest.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database import direct
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
from broadsheet.papers import batches, wire
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Description
from broadsheet.papers.records import Signal, SourceRecord

_BY_KEY = "SELECT key, record_id, trace FROM record_key WHERE key IN (%s)"
_SAID = "SELECT id, record FROM source_record WHERE id IN (%s)"
_SAID_OF = "SELECT paper_id, record FROM source_record WHERE paper_id IN (%s) ORDER BY id"
_PAPER_OF = "SELECT id, paper_id FROM source_record WHERE id IN (%s)"
_SIGNALS = "SELECT paper_id, kind, value, observed_at, began_at FROM signal WHERE paper_id IN (%s) ORDER BY observed_at"


def known_records(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Row[Any]]:
    """Return id, paper_id and digest of the records that stand under (source, key)."""
    columns = source_record.c
    found: dict[tuple[str, str], Row[Any]] = {}
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, key in keys:
        by_source[source].append(key)
    for source, own in by_source.items():
        for some in batches.chunks(own):
            asked = select(columns.id, columns.key, columns.paper_id, columns.digest)
            for row in connection.execute(asked.where(columns.source == source, columns.key.in_(some))):
                found[source, row.key] = row
    return found


def records_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, SourceRecord]:
    """Return what the records with these ids say, without their verbatim payloads."""
    found: dict[int, SourceRecord] = {}
    for some in batches.chunks(ids):
        found |= {one: wire.loads(unpacked(said)) for one, said in direct.told(connection, _SAID, direct.among(some))}
    return found


def owners(connection: Connection, identifiers: Iterable[Identifier]) -> dict[Identifier, int]:
    """Return which paper each known identifier belongs to."""
    by_scheme: dict[str, list[str]] = defaultdict(list)
    for one in identifiers:
        by_scheme[one.scheme].append(one.value)
    found: dict[Identifier, int] = {}
    for scheme, values in by_scheme.items():
        for some in batches.chunks(values):
            asked = select(identifier.c.value, identifier.c.paper_id)
            for row in connection.execute(asked.where(identifier.c.scheme == scheme, identifier.c.value.in_(some))):
                found[Identifier(scheme, row.value)] = row.paper_id  # type: ignore[arg-type]
    return found


def by_key(connection: Connection, keys: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Return id and trace of the records that are looked for under each key."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for some in batches.chunks(keys):
        for key, record_id, trace in direct.told(connection, _BY_KEY, direct.among(some)):
            found[key].append((record_id, trace))
    return found


def papers_of(connection: Connection, record_ids: Iterable[int]) -> dict[int, int]:
    """Return the paper of each record, by its id."""
    found: dict[int, int] = {}
    for some in batches.chunks(record_ids):
        found |= dict(direct.told(connection, _PAPER_OF, direct.among(some)))
    return found


def homes(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the paper of each record that is here."""
    return {key: row.paper_id for key, row in known_records(connection, keys).items()}


def write_keys(connection: Connection, keys: Mapping[int, Mapping[int, int]], *, fresh: bool = False) -> None:
    """Let each record, by its id, be looked for under these keys and no others; `fresh` ones had none before."""
    if not fresh:
        for some in batches.chunks(keys):
            connection.execute(delete(record_key).where(record_key.c.record_id.in_(some)))
    rows = ((key, record_id, trace) for record_id, own in keys.items() for key, trace in own.items())
    batches.insert_sorted(connection, record_key, rows)


def records_of(connection: Connection, paper_ids: Iterable[int]) -> dict[int, list[SourceRecord]]:
    """Return what every source said of each paper, oldest first."""
    found: dict[int, list[SourceRecord]] = defaultdict(list)
    for some in batches.chunks(paper_ids):
        for paper_id, said in direct.told(connection, _SAID_OF, direct.among(some)):
            found[paper_id].append(wire.loads(unpacked(said)))
    return found


def record_ids(connection: Connection, paper_ids: Iterable[int]) -> dict[tuple[str, str], int]:
    """Return the number of each record of these papers by its source and key."""
    columns = source_record.c
    found: dict[tuple[str, str], int] = {}
    for some in batches.chunks(paper_ids):
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
    batches.insert(connection, paper, rows)
    change += len(rows)
    batches.update(connection, paper, {at: row_of(one, change + n, now) for n, (at, one) in enumerate(old.items())})
    for table in (identifier, artefact, version):
        batches.clear(connection, table, old)
    every = {**fresh, **old}
    batches.insert(connection, identifier, _identifier_rows(every))
    batches.insert(connection, artefact, _artefact_rows(every))
    batches.insert(connection, version, _version_rows(every))


def write_artefacts(connection: Connection, papers: Mapping[int, Description]) -> None:
    """Write down what is now known of the artefacts of `papers`."""
    batches.clear(connection, artefact, papers)
    batches.insert(connection, artefact, _artefact_rows(papers))
    mark_unweighed(connection, papers)


def write_records(connection: Connection, fresh: list[dict[str, Any]], changed: list[dict[str, Any]]) -> None:
    """Insert `fresh` source records and overwrite the `changed` ones, which carry their id."""
    batches.insert(connection, source_record, fresh)
    batches.update(connection, source_record, {row.pop("id"): row for row in changed})


def move_records(connection: Connection, papers: Mapping[int, int]) -> None:
    """Give records, by their ids, to other papers."""
    batches.update(
        connection, source_record, {record_id: {"paper_id": paper_id} for record_id, paper_id in papers.items()}
    )


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
    for some in batches.chunks(dict.fromkeys(paper_ids)):
        among = direct.among(some)
        for paper_id, kind, value, observed_at, began_at in direct.told(connection, _SIGNALS, among):
            seen = datetime.fromisoformat(observed_at)
            found[paper_id].append(Signal(kind, value, seen, datetime.fromisoformat(began_at) if began_at else None))
    return dict(found)


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
