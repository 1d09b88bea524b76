"""Takes in a batch of source records: cleans them, merges papers that prove to be one, and writes down what is new.

Which records are one work is found in `works`, how rows are written is `store`'s.
All of a batch happens in the caller's transaction, behind the change counter's lock: two harvests that meet the same
new paper at once cannot both make it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from broadsheet.database import changes
from broadsheet.papers import clean, merging, store, wire, works
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Description
from broadsheet.papers.records import SourceRecord
from broadsheet.papers.works import Found, Key, Work

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
    keys: list[str]
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
    """Take in `records`; see `Intake`. Adding the same records again changes nothing."""
    changes.take(connection, 0)
    cleaned = [clean.record(record) for record in records]
    latest = {_key(record): record for record in cleaned}
    known = store.known_records(connection, latest)
    homes = {key: row.paper_id for key, row in known.items()}
    arrivals = list(_arrivals(latest, known))
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
            keys = merging.work_keys(record.title, record.authors, record.published)
            yield _Arrival(record, text, digest, keys, row)


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
    change = changes.take(connection, len(plan.fresh) + len(plan.changed) + len(plan.moves))
    # A paper's number is that of its first change: unique for good, even after it was merged away.
    born = {change + place: one for place, (_, one) in enumerate(plan.fresh)}
    for paper_id, (work, _) in zip(born, plan.fresh, strict=True):
        plan.homes |= {_key(record): paper_id for record in work.said}
    departures = change + len(plan.fresh) + len(plan.changed)
    for place, (loser, survivor) in enumerate(plan.moves):
        store.depart(connection, loser, survivor, departures + place)
    store.write_papers(connection, born, plan.changed, change, now)
    store.write_artefacts(connection, plan.quiet)
    rows = [_row(arrival, plan.homes[_key(arrival.record)], now) for arrival in arrivals]
    store.write_records(connection, [row for row in rows if "id" not in row], [row for row in rows if "id" in row])


def _row(arrival: _Arrival, paper_id: int, now: datetime) -> dict[str, Any]:
    record = arrival.record
    row: dict[str, Any] = {
        "source": record.source,
        "key": record.key,
        "paper_id": paper_id,
        "work_key": next(iter(arrival.keys), ""),
        "digest": arrival.digest,
        "record": arrival.text,
        "payload": wire.payload_text(record.payload),
        "received_at": now,
    }
    return row if arrival.known is None else {"id": arrival.known.id, **row}
