"""What an editor does with merging: sees why records are one paper, parts them, joins them, and looks what was merged.

The rules themselves are `merging`'s and `evidence`'s, how a decision is obeyed `works`'.
A decision is a ruling on records, then the papers are merged anew: so it holds after every harvest and every redo.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from broadsheet.clock import Clock
from broadsheet.database import changes
from broadsheet.database.engine import Database
from broadsheet.database.schema import paper
from broadsheet.errors import Conflict, Invalid
from broadsheet.papers import batches, intake, merging, rulings, store
from broadsheet.papers.evidence import Reason
from broadsheet.papers.intake import Redone
from broadsheet.papers.records import SourceRecord
from broadsheet.papers.rulings import Key, Ruling

_EARLIER = Reason("earlier", "joined by what a source said before and says no more")
LONGEST_NOTE = 500
_MOST = 40  # records that are compared each with each; the others with the first alone
_BEST = ("identifier", "title", "subtitle", "abstract", "editor")  # reasons, the one that tells most first


@dataclass(frozen=True, slots=True)
class Joined:
    """One record of a paper, and why it is here; `to` is the record that it was found to agree with.

    The first record of a paper has neither.
    """

    record: SourceRecord
    to: SourceRecord | None
    reason: Reason | None

    @property
    def name(self) -> str:
        """What names the record in a command: its source and key."""
        return f"{self.record.source}/{self.record.key}"


class Merges:
    """Merging as an editor sees it; safe to share between threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def explain(self, paper_id: int) -> list[Joined]:
        """Return the records of a paper, the oldest first, each with the reason why it is there."""
        with self._database.read() as connection:
            return self.explained(connection, [paper_id])[paper_id]

    def explained(self, connection: Connection, paper_ids: Sequence[int]) -> dict[int, list[Joined]]:
        """Return the same of several papers."""
        told = store.records_of(connection, paper_ids)
        keys = {_key(record) for said in told.values() for record in said}
        ruled = rulings.of(connection, keys)
        return {paper_id: _explained(told.get(paper_id, []), ruled.together) for paper_id in paper_ids}

    def rulings_of(self, paper_id: int) -> list[Ruling]:
        """Return what editors ruled of the records of a paper, oldest first."""
        with self._database.read() as connection:
            return rulings.listed(connection, store.record_ids(connection, [paper_id]))

    def newest(self, limit: int, kind: str = "") -> list[tuple[int, list[Joined]]]:
        """Return papers of several sources, the one that changed last first; `kind` of reason: those alone."""
        # A list of sources with a comma in it: by the index on changes, not by counting all records.
        several = select(paper.c.id).where(paper.c.sources.contains(",")).order_by(paper.c.change.desc())
        found: list[tuple[int, list[Joined]]] = []
        with self._database.read() as connection:
            ids = list(connection.scalars(several.limit(limit if not kind else 200 * limit)))
            for some in batches.chunks(ids, 500):
                told = self.explained(connection, some)
                found += [(one, told[one]) for one in some if not kind or _is_by(told[one], kind)]
                if len(found) >= limit:
                    break
        return found[:limit]

    def split(self, paper_id: int, names: Sequence[str], note: str = "") -> Redone:
        """Make the named records (`source/key`) of a paper a work of their own, for good.

        Raises `Invalid` for a name that is no record of the paper, `Conflict` where nothing would be left of it.
        """
        with self._database.write() as connection:
            changes.take(connection, 0)  # no harvest may add a record to the paper meanwhile
            own = store.record_ids(connection, [paper_id])
            parted = list(dict.fromkeys(_named(name, own) for name in names))
            left = [key for key in own if key not in parted]
            if not left:
                raise Conflict(
                    "These are all records of the paper. Name only those that belong to another work; "
                    "`broadsheet papers merges` lists them.",
                    value=names,
                )
            rulings.part(connection, parted, left, self._clock.now(), note[:LONGEST_NOTE])
            return intake.redo(connection, [paper_id], self._clock.now())

    def join(self, paper_id: int, other_id: int, note: str = "") -> Redone:
        """Make two papers one, for good, and undo what was ruled against it; raises `Conflict` where they are one."""
        if paper_id == other_id:
            raise Conflict("These names lead to one paper already.", value=paper_id)
        with self._database.write() as connection:
            changes.take(connection, 0)
            mine, theirs = (list(store.record_ids(connection, [one])) for one in (paper_id, other_id))
            rulings.join(connection, mine, theirs, self._clock.now(), note[:LONGEST_NOTE])
            return intake.redo(connection, sorted((paper_id, other_id)), self._clock.now())


def _named(name: str, own: dict[Key, int]) -> Key:
    source, _, key = name.partition("/")
    if (source, key) in own:
        return source, key
    of_source = [one for one in own if one[0] == name]
    if len(of_source) == 1:  # the source alone, where it told but once
        return of_source[0]
    there = ", ".join(f"{source}/{key}" for source, key in sorted(own))
    raise Invalid(f"{name[:80]!r} is no record of this paper; it has {there}.", field="record", value=name[:80])


def _key(record: SourceRecord) -> Key:
    return record.source, record.key


def _explained(records: Sequence[SourceRecord], together: dict[Key, set[Key]]) -> list[Joined]:
    """Find for each record another that explains it, so that all hang together as far as they do."""
    if not records:
        return []
    found = {0: Joined(records[0], None, None)}
    waiting = list(range(1, min(len(records), _MOST)))
    while waiting:
        link = _next_link(records, found, waiting, together)
        place, joined = link or (waiting[0], Joined(records[waiting[0]], None, _EARLIER))
        found[place] = joined
        waiting.remove(place)
    for place in range(_MOST, len(records)):  # each with each would keep a page waiting
        reason = _between(records[0], records[place], together)
        found[place] = Joined(records[place], records[0] if reason else None, reason or _EARLIER)
    return [found[place] for place in range(len(records))]


def _next_link(
    records: Sequence[SourceRecord], found: dict[int, Joined], waiting: Sequence[int], together: dict[Key, set[Key]]
) -> tuple[int, Joined] | None:
    for place in waiting:
        told = ((other, _between(records[other], records[place], together)) for other in found)
        reasons = [(_BEST.index(reason.kind), other, reason) for other, reason in told if reason]
        if reasons:
            _, other, reason = min(reasons, key=lambda one: one[:2])
            return place, Joined(records[place], records[other], reason)
    return None


def _between(one: SourceRecord, other: SourceRecord, together: dict[Key, set[Key]]) -> Reason | None:
    reason = merging.reason_between(one, other)
    if reason is None and _key(one) in together.get(_key(other), ()):
        return Reason("editor", "an editor joined them")
    return reason


def _is_by(joined: Sequence[Joined], kind: str) -> bool:
    return any(one.reason and one.reason.kind == kind for one in joined)
