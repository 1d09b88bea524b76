"""Finds which of the records that arrive, and which stored papers, are one work.

What makes two of them one is `merging`'s to say, what then happens to them `intake`'s; an editor's ruling goes before.
Only what shares an identifier or a key is ever compared, so a batch costs a few statements, whatever its size.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from broadsheet.papers import merging, rulings, store, traces
from broadsheet.papers.evidence import Reason
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.papers.rulings import Key, Rulings

# So many under one key are compared; a batch of a thousand "Untitled"s must not become half a million comparisons.
_MOST_NAMESAKES = 20
_Test = Callable[[Sequence[SourceRecord], Sequence[SourceRecord]], Reason | None]


@dataclass(slots=True)
class Work:
    """One work: all `said` of it now, the stored `papers` it joins, and the places of its new records in the batch."""

    said: list[SourceRecord]
    papers: set[int] = field(default_factory=set)
    arrivals: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """The works that a batch touches; `before`: what was said of stored papers; `owners`: whose identifiers are."""

    works: list[Work]
    before: dict[int, list[SourceRecord]]
    owners: dict[Identifier, int]


def find(
    connection: Connection,
    arrivals: Sequence[SourceRecord],
    keys: Sequence[Mapping[int, int]],
    homes: dict[Key, int],
    anew: frozenset[int] = frozenset(),
) -> Found:
    """Sort `arrivals` into works.

    `keys` are those of each with their traces, `homes` tells the paper of each that was here before in another wording
    and stays there.
    `anew` are papers whose records are all among the arrivals, because it is asked again whether they are one work.
    """
    owners = store.owners(connection, {one for record in arrivals for one in record.identifiers})
    namesakes = _namesakes(connection, arrivals, keys)
    near = {paper_id for papers in namesakes.values() for paper_id in papers}
    home_of = [homes.get((record.source, record.key)) for record in arrivals]
    touched = {*filter(None, home_of), *owners.values(), *near, *anew}
    told = store.records_of(connection, touched)
    ruled, bound = _ruled(connection, arrivals, told)
    told |= store.records_of(connection, set(bound.values()) - touched)
    before = {paper_id: told.get(paper_id, []) for paper_id in sorted({*touched, *bound.values()})}
    joining = _Joining(arrivals, before, ruled)
    for place, home in enumerate(home_of):
        if home is not None:
            joining.join(place, joining.place_of(home))
    joining.obey(bound)
    # An identifier leads from a paper that is asked anew to nothing but its own records, which meet here anyway.
    held = {one: paper_id for one, paper_id in owners.items() if paper_id not in anew}
    joining.meet(((one, place) for place, record in enumerate(arrivals) for one in record.identifiers), held)
    _by_key(joining, keys, {key: papers - anew for key, papers in namesakes.items()})
    works = joining.touched()
    # What was said before counts as well: an identifier that is named no more has to be given up.
    known = (record for work in works for paper_id in work.papers for record in (*work.said, *before[paper_id]))
    named = {one for record in known for one in record.identifiers}
    owners |= store.owners(connection, named - owners.keys())
    return Found(works, before, owners)


def _ruled(
    connection: Connection, arrivals: Sequence[SourceRecord], told: dict[int, list[SourceRecord]]
) -> tuple[Rulings, dict[Key, int]]:
    """Return what was ruled of all that meets here, and the papers of what must join it."""
    stored = (one for said in told.values() for one in said)
    ruled = rulings.of(connection, ((one.source, one.key) for one in (*arrivals, *stored)))
    bound = {key for one in arrivals for key in ruled.together.get((one.source, one.key), ())}
    return ruled, store.homes(connection, bound)


def _namesakes(
    connection: Connection, arrivals: Sequence[SourceRecord], keys: Sequence[Mapping[int, int]]
) -> dict[int, set[int]]:
    """Return the papers to compare under each key: those of records that no trace rules out, the first ones."""
    stored = store.by_key(connection, {key for own in keys for key in own})
    near: dict[int, set[int]] = defaultdict(set)
    for record, own in zip(arrivals, keys, strict=True):
        may_be = None
        for key, trace in own.items():
            if key not in stored:
                continue
            if trace != traces.UNTOLD and may_be is None:
                may_be = traces.test(record)
            near[key].update(
                one for one, other in stored[key] if trace == traces.UNTOLD or may_be is None or may_be(other)
            )
    paper_of = store.papers_of(connection, {one for records in near.values() for one in records})
    return {key: set(sorted({paper_of[one] for one in records})[:_MOST_NAMESAKES]) for key, records in near.items()}


def _by_key(joining: "_Joining", keys: Sequence[Mapping[int, int]], namesakes: dict[int, set[int]]) -> None:
    met: dict[int, list[int]] = defaultdict(list)
    for place, own in enumerate(keys):
        others = dict.fromkeys(
            other
            for key in own
            for other in (*(joining.place_of(paper_id) for paper_id in sorted(namesakes.get(key, ()))), *met[key])
        )
        for other in others:
            joining.try_join(place, other, merging.one_by_evidence)
        for key in own:
            if len(met[key]) < _MOST_NAMESAKES:
                met[key].append(place)


class _Joining:
    """Disjoint sets, at first one for each record that arrives and one for each stored paper."""

    def __init__(
        self, arrivals: Sequence[SourceRecord], before: dict[int, list[SourceRecord]], ruled: Rulings | None = None
    ) -> None:
        self._at = {(record.source, record.key): place for place, record in enumerate(arrivals)}
        self._ruled = ruled or Rulings()
        self._works = [Work([record], arrivals=[place]) for place, record in enumerate(arrivals)]
        self._places: dict[int, int] = {}
        for paper_id, said in before.items():
            self._places[paper_id] = len(self._works)
            kept = [record for record in said if (record.source, record.key) not in self._at]
            self._works.append(Work(kept, papers={paper_id}))
        self._parent = list(range(len(self._works)))

    def place_of(self, paper_id: int) -> int:
        return self._places[paper_id]

    def obey(self, homes: dict[Key, int]) -> None:
        """Join what was ruled to be one work; `homes` are the papers of records that are stored."""
        for key in self._at.keys() & self._ruled.together.keys():
            for other in sorted(self._ruled.together[key]):
                place = self._at.get(other, self._places.get(homes.get(other, 0)))
                if place is not None:
                    self.try_join(self._at[key], place, lambda _mine, _theirs: Reason("editor", ""))

    def meet(self, named: Iterable[tuple[Identifier, int]], owners: dict[Identifier, int]) -> None:
        met: dict[Identifier, list[int]] = {}
        for one, place in named:
            others = met.get(one)
            if others is None:
                owner = owners.get(one)
                others = met[one] = [] if owner is None else [self.place_of(owner)]
            for other in others:
                self.try_join(place, other, merging.one_by_identifier)
            if len(others) < _MOST_NAMESAKES:
                others.append(place)

    def try_join(self, a: int, b: int, is_one: _Test) -> None:
        a, b = self._root(a), self._root(b)
        if a == b or self._ruled.forbid(_keys(self._works[a]), _keys(self._works[b])):
            return
        if is_one(self._works[a].said, self._works[b].said):
            self.join(a, b)

    def join(self, a: int, b: int) -> None:
        a, b = self._root(a), self._root(b)
        if a == b:
            return
        self._parent[b] = a
        kept, gone = self._works[a], self._works[b]
        kept.said += gone.said
        kept.papers |= gone.papers
        kept.arrivals += gone.arrivals

    def touched(self) -> list[Work]:
        """Return the works in which something new was said, those that were stored already first."""
        roots = (work for place, work in enumerate(self._works) if self._parent[place] == place and work.arrivals)
        return sorted(roots, key=lambda work: (not work.papers, min(work.papers, default=0), min(work.arrivals)))

    def _root(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place


def _keys(work: Work) -> list[Key]:
    return [(record.source, record.key) for record in work.said]
