"""Finds which of the records that arrive, and which stored papers, are one work.

What makes two of them one is `merging`'s to say, what then happens to them `intake`'s.
Only what shares an identifier or a work key is ever compared, so a batch costs a few statements, whatever its size.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from broadsheet.papers import merging, store
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord

Key = tuple[str, str]
# So many of one title are compared; a batch of a thousand "Untitled"s must not become half a million comparisons.
_MOST_NAMESAKES = 20
_Test = Callable[[Sequence[SourceRecord], Sequence[SourceRecord]], bool]


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
    connection: Connection, arrivals: Sequence[SourceRecord], keys: Sequence[Sequence[str]], homes: dict[Key, int]
) -> Found:
    """Sort `arrivals` into works.

    `keys` are the work keys of each, `homes` tells the paper of each that was here before in another wording.
    """
    owners = store.owners(connection, {one for record in arrivals for one in record.identifiers})
    namesakes = store.by_work_key(connection, {key for own in keys for key in own})
    near = {paper_id for papers in namesakes.values() for paper_id in sorted(papers)[:_MOST_NAMESAKES]}
    home_of = [homes.get((record.source, record.key)) for record in arrivals]
    touched = {*filter(None, home_of), *owners.values(), *near}
    told = store.records_of(connection, touched)
    before = {paper_id: told.get(paper_id, []) for paper_id in sorted(touched)}
    joining = _Joining(arrivals, before)
    for place, home in enumerate(home_of):
        if home is not None:
            joining.join(place, joining.place_of(home))
    joining.meet(((one, place) for place, record in enumerate(arrivals) for one in record.identifiers), owners)
    _by_title(joining, keys, {key: papers & before.keys() for key, papers in namesakes.items()})
    works = joining.touched()
    # What was said before counts as well: an identifier that is named no more has to be given up.
    known = (record for work in works for paper_id in work.papers for record in (*work.said, *before[paper_id]))
    named = {one for record in known for one in record.identifiers}
    owners |= store.owners(connection, named - owners.keys())
    return Found(works, before, owners)


def _by_title(joining: "_Joining", keys: Sequence[Sequence[str]], namesakes: dict[str, set[int]]) -> None:
    met: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(keys):
        for key in own:
            stored = (joining.place_of(paper_id) for paper_id in sorted(namesakes.get(key, ())))
            for other in (*stored, *met[key]):
                joining.try_join(place, other, merging.one_by_title)
        if own and len(met[own[0]]) < _MOST_NAMESAKES:
            met[own[0]].append(place)


class _Joining:
    """Disjoint sets, at first one for each record that arrives and one for each stored paper."""

    def __init__(self, arrivals: Sequence[SourceRecord], before: dict[int, list[SourceRecord]]) -> None:
        replaced = {(record.source, record.key) for record in arrivals}
        self._works = [Work([record], arrivals=[place]) for place, record in enumerate(arrivals)]
        self._places: dict[int, int] = {}
        for paper_id, said in before.items():
            self._places[paper_id] = len(self._works)
            kept = [record for record in said if (record.source, record.key) not in replaced]
            self._works.append(Work(kept, papers={paper_id}))
        self._parent = list(range(len(self._works)))

    def place_of(self, paper_id: int) -> int:
        return self._places[paper_id]

    def meet(self, named: Iterable[tuple[Hashable, int]], owners: dict[Identifier, int]) -> None:
        met: dict[Hashable, list[int]] = {}
        for one, place in named:
            others = met.get(one)
            if others is None:
                owner = owners.get(one)  # type: ignore[call-overload]
                others = met[one] = [] if owner is None else [self.place_of(owner)]
            for other in others:
                self.try_join(place, other, merging.one_by_identifier)
            if len(others) < _MOST_NAMESAKES:
                others.append(place)

    def try_join(self, a: int, b: int, is_one: _Test) -> None:
        a, b = self._root(a), self._root(b)
        if a != b and is_one(self._works[a].said, self._works[b].said):
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
