"""Takes in a batch of source records: cleans them, merges papers that prove to be one, and writes down what is new.

Which records are one work is found in `works`, how rows are written is `store`'s.
All of a batch happens in the caller's transaction, behind the change counter's lock: two harvests that meet the same
new paper at once cannot both make it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from broadsheet.database import changes
from broadsheet.papers import blocking, clean, departing, merging, store, wire, wordings, works
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Description
from broadsheet.papers.records import SourceRecord
from broadsheet.papers.rulings import Key
from broadsheet.papers.works import Found, Work

_ELSEWHERE = -1


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a batch: records that made a new paper (`added`), `changed` one, or left all as it was.

    `merged` counts papers that proved to be another and ceased to be; `paper_ids` tells the paper of each record, in
    the order given.
    """

    added: int
    changed: int
    unchanged: int
    merged: int
    paper_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One record of the batch that says something new; `known` is its row, where it was here in another wording."""

    record: SourceRecord
    text: str
    digest: str
    keys: dict[int, int]
    known: Row[Any] | None


@dataclass(slots=True)
class _Plan:
    """What is to be written: papers by how they fare, and the paper of every record that was touched."""

    fresh: list[tuple[Work, Description]]
    changed: dict[int, Description]
    # Papers of which something was said that no reader of the change log needs to hear, such as a count of stars.
    quiet: dict[int, Description]
    moves: list[tuple[int, int]]
    homes: dict[Key, int]


def add(connection: Connection, records: Sequence[SourceRecord], now: datetime) -> Intake:
    """Take in `records`; see `Intake`. The same records again, and older versions of them, change nothing."""
    changes.take(connection, 0)
    cleaned = [clean.record(record) for record in records]
    latest: dict[Key, SourceRecord] = {}
    for record in cleaned:
        if not _is_older(record, latest.get(_key(record))):
            latest[_key(record)] = record
    known = store.known_records(connection, latest)
    homes = {key: row.paper_id for key, row in known.items()}
    arrivals = list(_newer(connection, _arrivals(latest, known)))
    told, keys = [arrival.record for arrival in arrivals], [arrival.keys for arrival in arrivals]
    plan = _plan(works.find(connection, told, keys, homes))
    if arrivals:
        _write(connection, plan, arrivals, now)
    homes |= plan.homes
    store.write_signals(connection, [(homes[_key(record)], one) for record in cleaned for one in record.signals])
    heard = sum(homes[_key(arrival.record)] not in plan.quiet for arrival in arrivals)
    return Intake(
        added=len(plan.fresh),
        changed=heard - len(plan.fresh),
        unchanged=len(records) - heard,
        merged=len(plan.moves),
        paper_ids=tuple(homes[_key(record)] for record in cleaned),
    )


def _key(record: SourceRecord) -> Key:
    return record.source, record.key


def _arrivals(latest: dict[Key, SourceRecord], known: dict[Key, Row[Any]]) -> Iterator[_Arrival]:
    for key, record in latest.items():
        text = wire.dumps(record)
        digest = wire.digest(text)
        row = known.get(key)
        if row is None or row.digest != digest:
            yield _Arrival(record, text, digest, blocking.keys_of(record), row)


def _newer(connection: Connection, arrivals: Iterable[_Arrival]) -> Iterator[_Arrival]:
    """Leave out what tells of an older version than is known: the past of a source, read after its present."""
    told = list(arrivals)
    ids = [arrival.known.id for arrival in told if arrival.known is not None and arrival.record.versions]
    stored = store.records_by_id(connection, ids)
    for arrival in told:
        if arrival.known is None or not _is_older(arrival.record, stored.get(arrival.known.id)):
            yield arrival


def _is_older(record: SourceRecord, known: SourceRecord | None) -> bool:
    if known is None or not record.versions or not known.versions:
        return False
    return max(one.number for one in record.versions) < max(one.number for one in known.versions)


def _plan(found: Found) -> _Plan:
    """Combine what is said of each work, and see whether that makes a paper new, changed, or nothing of note."""
    combined = [merging.combine(work.said) for work in found.works]
    whose = _claims(found, combined)
    plan = _Plan([], {}, {}, [], {})
    for place, (work, one) in enumerate(zip(found.works, combined, strict=True)):
        one = _with_identifiers(one, [named for named in one.identifiers if whose[named] == place])
        if not work.papers:
            plan.fresh.append((work, one))
            continue
        survivor = min(work.papers)
        plan.homes |= {_key(record): survivor for record in work.said}
        plan.moves += [(paper_id, survivor) for paper_id in sorted(work.papers) if paper_id != survivor]
        if len(work.papers) > 1 or _as_heard(one) != _before(found, survivor):
            plan.changed[survivor] = one
        else:
            plan.quiet[survivor] = one
    return plan


def _claims(found: Found, combined: Sequence[Description]) -> dict[Identifier, int]:
    """Return the place of the work that each identifier belongs to, `_ELSEWHERE` if to a paper not touched here.

    Two works may claim one identifier, such as a mistyped DOI: who had it keeps it, as long as anybody there still
    names it; then comes the first.
    """
    place_of = {paper_id: place for place, work in enumerate(found.works) for paper_id in work.papers}
    holders = {named: place_of.get(paper_id, _ELSEWHERE) for named, paper_id in found.owners.items()}
    whose: dict[Identifier, int] = {}
    for place, one in enumerate(combined):
        for named in one.identifiers:
            holder = holders.get(named)
            if holder is not None and (holder == _ELSEWHERE or named in combined[holder].identifiers):
                whose[named] = holder
            else:
                whose.setdefault(named, place)
    return whose


def _before(found: Found, paper_id: int) -> Description | None:
    said = found.before[paper_id]
    if not said:
        return None
    one = merging.combine(said)
    return _as_heard(
        _with_identifiers(one, [named for named in one.identifiers if found.owners.get(named) == paper_id])
    )


def _with_identifiers(one: Description, own: list[Identifier]) -> Description:
    return one if len(own) == len(one.identifiers) else replace(one, identifiers=tuple(own))


def _as_heard(one: Description) -> Description:
    """Leave out what changes by the hour and is no change of the paper: how many stars, when last seen alive."""
    return replace(one, artefacts=tuple(replace(link, stars=None, seen_alive_at=None) for link in one.artefacts))


def _write(connection: Connection, plan: _Plan, arrivals: Sequence[_Arrival], now: datetime) -> None:
    _write_papers(connection, plan, now)
    old = {arrival.known.id: arrival.record for arrival in arrivals if arrival.known is not None}
    wordings.keep(connection, old)
    rows = [_row(arrival, plan.homes[_key(arrival.record)], now) for arrival in arrivals]
    store.write_records(connection, [row for row in rows if "id" not in row], [row for row in rows if "id" in row])
    known = {arrival.known.id: arrival.keys for arrival in arrivals if arrival.known is not None}
    store.write_keys(connection, known)
    fresh = {_key(arrival.record): arrival.keys for arrival in arrivals if arrival.known is None}
    ids = store.known_records(connection, fresh)
    store.write_keys(connection, {ids[key].id: keys for key, keys in fresh.items()}, fresh=True)


def _write_papers(connection: Connection, plan: _Plan, now: datetime) -> list[int]:
    """Write the papers down, and return the numbers of those that are new."""
    change = changes.take(connection, len(plan.fresh) + len(plan.changed) + len(plan.moves))
    # A paper's number is that of its first change: unique for good, even after it was merged away.
    born = {change + place: one for place, (_, one) in enumerate(plan.fresh)}
    for paper_id, (work, _) in zip(born, plan.fresh, strict=True):
        plan.homes |= {_key(record): paper_id for record in work.said}
    departures = change + len(plan.fresh) + len(plan.changed)
    for place, (loser, survivor) in enumerate(plan.moves):
        departing.depart(connection, loser, survivor, departures + place)
    store.write_papers(connection, born, plan.changed, change, now)
    store.write_artefacts(connection, plan.quiet)
    return list(born)


def _row(arrival: _Arrival, paper_id: int, now: datetime) -> dict[str, Any]:
    record = arrival.record
    row: dict[str, Any] = {
        "source": record.source,
        "key": record.key,
        "paper_id": paper_id,
        "digest": arrival.digest,
        "record": arrival.text,
        "payload": wire.payload_text(record.payload),
        "received_at": now,
    }
    return row if arrival.known is None else {"id": arrival.known.id, **row}


@dataclass(frozen=True, slots=True)
class Redone:
    """What merging some papers anew did: papers that were `parted` (from, to), and `merged` (gone, into)."""

    parted: tuple[tuple[int, int], ...]
    merged: tuple[tuple[int, int], ...]
    changed: tuple[int, ...]


def redo(connection: Connection, paper_ids: Sequence[int], now: datetime) -> Redone:
    """Ask anew which works these papers' records tell of, by the rules and rulings of today; write down what changed.

    A paper keeps its number for the work of its oldest record. What was of a paper that departed into it, and proves
    to be a work of its own again, goes back: votes, deliveries and all that hung on it.
    """
    changes.take(connection, 0)
    told = store.records_of(connection, paper_ids)
    records = [record for said in told.values() for record in said]
    keys, number = _write_keys(connection, records, told)
    homes = {_key(said[0]): paper_id for paper_id, said in told.items()}
    plan = _plan(works.find(connection, records, keys, homes, frozenset(told)))
    before = {_key(record): paper_id for paper_id, said in told.items() for record in said}
    born = _write_papers(connection, plan, now)
    moved = {number[key]: plan.homes[key] for key in before if plan.homes[key] in set(born)}
    store.move_records(connection, moved)
    parted = {(before[_key(record)], plan.homes[_key(record)]) for work, _ in plan.fresh for record in work.said}
    store.see_as_long(connection, parted)
    for old, new in sorted(parted):
        for gone in departing.earlier(connection, old, {one for one, home in moved.items() if home == new}):
            departing.give_back(connection, gone, old, new)
    return Redone(tuple(sorted(parted)), tuple(plan.moves), tuple(plan.changed))


def write_keys(connection: Connection, paper_ids: Sequence[int]) -> None:
    """Make the keys anew by which the records of these papers are found."""
    told = store.records_of(connection, paper_ids)
    _write_keys(connection, [record for said in told.values() for record in said], told)


def _write_keys(
    connection: Connection, records: Sequence[SourceRecord], papers: Iterable[int]
) -> tuple[list[dict[int, int]], dict[Key, int]]:
    """Return the keys of each record, and the id of each."""
    keys = [blocking.keys_of(record) for record in records]
    number = store.record_ids(connection, papers)
    store.write_keys(connection, {number[_key(one)]: own for one, own in zip(records, keys, strict=True)})
    return keys, number
