"""The SQL of what readers of this instance saw and opened: counts by day, page, place and paper, and no people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database import changes
from broadsheet.database.schema import exposure as table
from broadsheet.database.schema import paper, signal
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import keep

OPENED = "clicks"  # the signal
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often one place of a page was seen, and with how many papers in it."""

    page: str
    place: int
    seen: int
    papers: int


def add_seen(connection: Connection, seen: Mapping[tuple[date, str, int, int], int]) -> None:
    """Add counts of (day, page, place, paper); those of papers that are gone meanwhile are dropped."""
    there = _there(connection, {paper_id for _, _, _, paper_id in seen})
    rows = [
        {"day": day, "page": page, "place": place, "paper_id": paper_id, "seen": count}
        for (day, page, place, paper_id), count in sorted(seen.items())
        if paper_id in there
    ]
    if rows:
        upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
        again = {"seen": table.c.seen + upsert.excluded.seen}
        keys = ["day", "page", "place", "paper_id"]
        connection.execute(upsert.on_conflict_do_update(index_elements=keys, set_=again), rows)


def add_opened(connection: Connection, opened: Mapping[int, int], at: datetime) -> None:
    """Add visits to the series of their papers, as observations of totals at `at`."""
    if not opened:
        return
    changes.take(connection, 0)  # of two processes that add to one total, one waits
    there = _there(connection, set(opened))
    before = _totals(connection, there)
    for paper_id, first_seen_at in there.items():
        total = before.get(paper_id, 0.0) + opened[paper_id]
        keep(connection, paper_id, [Signal(OPENED, total, at, first_seen_at)])


def forget_before(connection: Connection, day: date) -> None:
    """Drop what was seen before a day."""
    connection.execute(delete(table).where(table.c.day < day))


def exposure(connection: Connection, since: date) -> list[Exposure]:
    """Return how often each place was seen since a day, page by page, the first place first."""
    counts = (func.sum(table.c.seen), func.count(table.c.paper_id.distinct()))
    asked = select(table.c.page, table.c.place, *counts).where(table.c.day >= since)
    rows = connection.execute(asked.group_by(table.c.page, table.c.place).order_by(table.c.page, table.c.place))
    return [Exposure(page, place, int(seen), int(papers)) for page, place, seen, papers in rows]


def _there(connection: Connection, paper_ids: set[int]) -> dict[int, datetime]:
    """Return the papers among these that are here, with when they came."""
    ids, found = sorted(paper_ids), dict[int, datetime]()
    for start in range(0, len(ids), _CHUNK):
        asked = select(paper.c.id, paper.c.first_seen_at).where(paper.c.id.in_(ids[start : start + _CHUNK]))
        found |= {row.id: row.first_seen_at for row in connection.execute(asked)}
    return found


def _totals(connection: Connection, paper_ids: Mapping[int, datetime]) -> dict[int, float]:
    ids, found = sorted(paper_ids), dict[int, float]()
    for start in range(0, len(ids), _CHUNK):
        asked = select(signal.c.paper_id, func.max(signal.c.value).label("most"))
        some = signal.c.paper_id.in_(ids[start : start + _CHUNK]), signal.c.kind == OPENED
        found |= {row.paper_id: row.most for row in connection.execute(asked.where(*some).group_by(signal.c.paper_id))}
    return found
