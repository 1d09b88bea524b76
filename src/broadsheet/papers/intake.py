"""Takes in a batch of source records: finds the work each tells of, merges papers that prove to be one, writes it down.

What makes two records one work is `merging`'s to say, how rows are written `store`'s.
All of a batch happens in the caller's transaction, behind the change counter's lock: two harvests that meet the same
new paper at once cannot both make it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from broadsheet.database import changes
from broadsheet.papers import clean, merging, store, wire
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.merging import Combined
from broadsheet.papers.records import Signal, SourceRecord

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a batch: counts of papers `added` and `merged` away, of records that `changed` a paper or left
    it `unchanged`, and the paper of each record, in the order given."""

    added: int
    changed: int
    unchanged: int
    merged: int
    paper_ids: tuple[int, ...]


@dataclass(slots=True)
class _Arrival:
    """One record of the batch that says something new."""

    record: SourceRecord
    text: str
    digest: str
    known: Row[Any] | None


class _Works:
    """Which arrivals tell of one work: disjoint sets of arrivals, each with the papers that it touches."""

    def __init__(self, arrivals: Sequence[_Arrival]) -> None:
        self._parent = list(range(len(arrivals)))
        self.papers: list[set[int]] = [set() for _ in arrivals]
        self.members: list[list[int]] = [[n] for n in range(len(arrivals))]

    def root(self, n: int) -> int:
        while self._parent[n] != n:
            self._parent[n] = self._parent[self._parent[n]]
            n = self._parent[n]
        return n

    def join(self, a: int, b: int) -> None:
        a, b = sorted((self.root(a), self.root(b)))
        if a != b:
            self._parent[b] = a
            self.papers[a] |= self.papers[b]
            self.members[a] += self.members[b]

    def roots(self) -> list[int]:
        return [n for n in range(len(self._parent)) if self._parent[n] == n]


def add(connection: Connection, records: Sequence[SourceRecord], now: datetime) -> Intake:
    """Take in `records`; see `Intake`. Adding the same records again changes nothing."""
    changes.take(connection, 0)
    latest = {(record.source, record.key): _cleaned(record) for record in records}
    known = store.known_records(connection, latest)
    arrivals = _arrivals(latest, known)
    works = _Works(arrivals)
    _join_by_identifier(connection, arrivals, works)
    _join_by_title(connection, arrivals, works)
    homes, added, merged = _write(connection, arrivals, works, now)
    for key, row in known.items():
        homes.setdefault(key, row.paper_id)
    store.write_signals(connection, _signals(records, homes))
    return Intake(
        added=added,
        changed=len(arrivals) - added,
        unchanged=len(latest) - len(arrivals),
        merged=merged,
        paper_ids=tuple(homes[record.source, record.key] for record in records),
    )


def _arrivals(latest: dict[_Key, SourceRecord], known: dict[_Key, Row[Any]]) -> list[_Arrival]:
    found = []
    for key, record in latest.items():
        text = wire.dumps(record)
        digest = wire.digest(text)
        row = known.get(key)
        if row is None or row.digest != digest:
            found.append(_Arrival(record, text, digest, row))
    return found


def _join_by_identifier(connection: Connection, arrivals: Sequence[_Arrival], works: _Works) -> None:
    first: dict[Identifier, int] = {}
    for n, arrival in enumerate(arrivals):
        if arrival.known is not None:
            works.papers[n].add(arrival.known.paper_id)
        for one in arrival.record.identifiers:
            works.join(n, first.setdefault(one, n))
    for one, paper_id in store.owners(connection, first).items():
        works.papers[works.root(first[one])].add(paper_id)
    touched: dict[int, int] = {}
    for n in works.roots():
        for paper_id in works.papers[n]:
            works.join(n, touched.setdefault(paper_id, n))


def _join_by_title(connection: Connection, arrivals: Sequence[_Arrival], works: _Works) -> None:
    """Join what has no paper yet to a work of the same title, first author and about the same year."""
    keys = {n: _keys(arrivals[n].record) for n in range(len(arrivals)) if not works.papers[works.root(n)]}
    stored = store.by_work_key(connection, {key for own in keys.values() for key in own})
    told = store.records_of(connection, set().union(*stored.values()))
    met: dict[str, list[int]] = defaultdict(list)
    for n, own in keys.items():
        record = arrivals[n].record
        for key in own:
            for twin in sorted(stored.get(key, ())):
                if not works.papers[works.root(n)] and merging.may_be_one(record, told[twin]):
                    works.papers[works.root(n)].add(twin)
            for other in met[key]:
                members = works.members[works.root(other)]
                if works.root(other) != works.root(n) and merging.may_be_one(
                    record, (arrivals[m].record for m in members)
                ):
                    works.join(n, other)
        if own:
            met[own[0]].append(n)


def _write(
    connection: Connection, arrivals: Sequence[_Arrival], works: _Works, now: datetime
) -> tuple[dict[_Key, int], int, int]:
    """Write every work down; returns the paper of each record, and how many papers are new and merged away."""
    groups = _groups(works)
    told = store.records_of(connection, {paper_id for papers, _ in groups for paper_id in papers})
    fresh: list[tuple[Combined, list[int]]] = []
    old: dict[int, Combined] = {}
    homes: dict[_Key, int] = {}
    moves: list[tuple[int, int]] = []
    for papers, members in groups:
        said = {(r.source, r.key): r for paper_id in sorted(papers) for r in told[paper_id]}
        said |= {(arrivals[m].record.source, arrivals[m].record.key): arrivals[m].record for m in members}
        combined = merging.combine(list(said.values()))
        if not papers:
            fresh.append((combined, members))
            continue
        survivor = min(papers)
        old[survivor] = combined
        moves += [(loser, survivor) for loser in sorted(papers) if loser != survivor]
        homes |= dict.fromkeys(said, survivor)
    change = changes.take(connection, len(fresh) + len(old) + len(moves))
    # A paper's number is that of its first change: unique for good, even after it was merged away.
    born = {change + place: combined for place, (combined, _) in enumerate(fresh)}
    for paper_id, (_, members) in zip(born, fresh, strict=True):
        homes |= {(arrivals[m].record.source, arrivals[m].record.key): paper_id for m in members}
    store.move_records(connection, moves)
    for place, (loser, survivor) in enumerate(moves):
        store.depart(connection, loser, survivor, change + len(fresh) + len(old) + place)
    store.write_papers(connection, born, old, change, now)
    rows = [_record_row(arrival, homes[arrival.record.source, arrival.record.key], now) for arrival in arrivals]
    store.write_records(connection, [row for row in rows if "id" not in row], [row for row in rows if "id" in row])
    return homes, len(born), len(moves)


def _groups(works: _Works) -> list[tuple[set[int], list[int]]]:
    """Return papers and arrivals of each work; works that touch one paper are one."""
    first: dict[int, int] = {}
    for n in works.roots():
        for paper_id in works.papers[n]:
            works.join(n, first.setdefault(paper_id, n))
    return [(works.papers[n], sorted(works.members[n])) for n in works.roots()]


def _keys(record: SourceRecord) -> list[str]:
    return merging.work_keys(record.title, record.authors, record.published)


def _record_row(arrival: _Arrival, paper_id: int, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "source": arrival.record.source,
        "key": arrival.record.key,
        "paper_id": paper_id,
        "work_key": merging.work_key(arrival.record.title, arrival.record.authors, arrival.record.published),
        "digest": arrival.digest,
        "record": arrival.text,
        "payload": wire.payload_text(arrival.record.payload),
        "received_at": now,
    }
    return row if arrival.known is None else {"id": arrival.known.id, **row}


def _signals(records: Iterable[SourceRecord], homes: dict[_Key, int]) -> list[tuple[int, Signal]]:
    return [(homes[record.source, record.key], one) for record in records for one in record.signals]


def _cleaned(record: SourceRecord) -> SourceRecord:
    """Return `record` with clean texts; a title that holds nothing printable becomes a plain word for it."""
    return replace(
        record,
        title=clean.title(record.title) or "Untitled",
        abstract=clean.text(record.abstract),
        authors=tuple(name for name in map(clean.name, record.authors) if name),
        categories=tuple(clean.name(category) for category in record.categories),
        links=tuple(clean.storable(link) for link in record.links),
        venue=clean.title(record.venue) if record.venue else "",
        comments=clean.title(record.comments) if record.comments else "",
    )
