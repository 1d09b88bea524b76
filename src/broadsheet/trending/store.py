"""The SQL of trending: which papers are to be looked at, what is kept of them, and the pages as last computed.

Every query is bounded by an index on time, by a cap, or by the papers of the last two months: none grows with the
number of papers ever stored. Rows of numbers go to the driver as they are, because there are many.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, literal, or_, select, text, update

from broadsheet.database import changes
from broadsheet.database.schema import (
    artefact,
    artefact_check,
    departed,
    instance,
    paper,
    signal,
    trending_candidate,
    trending_page,
    trending_reading,
    unweighed,
)
from broadsheet.trending import weighing
from broadsheet.trending.board import Board, board
from broadsheet.trending.candidates import Candidate, Counted, Facts
from broadsheet.trending.formula import PUBLISHED, Kind, Weights
from broadsheet.trending.readings import Reading

_REFRESHED, _WEIGHTS = "trending_refreshed", "trending_weights"
_CHANGE, _ROUND, _LOOKED_FOR = "trending_change", "trending_round", "trending_kinds"
_TOTAL = "trending_total:"
_CANDIDATES = "SELECT paper_id, joined, started, stars, citations, categories, source FROM trending_candidate"
_READINGS = "SELECT kind, paper_id, start, read, count, age, count_before, age_before FROM trending_reading"
_CHUNK = 5_000  # ids in one statement; SQLite takes 32,766
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was last computed: its first places in order, and of how many candidates."""

    papers: tuple[int, ...]
    candidates: int


def begun(connection: Connection, kinds: Mapping[str, Kind]) -> bool:
    """Say whether trending has looked at this database before, with the same kinds of votes in mind."""
    return value_of(connection, _LOOKED_FOR) == _told(kinds)


def begin(connection: Connection, kinds: Mapping[str, Kind], since: datetime, published_since: date) -> None:
    """Begin anew: have every paper looked at that can be a candidate since then."""
    forget(connection)
    put(connection, _LOOKED_FOR, _told(kinds))
    put(connection, _CHANGE, str(changes.last(connection)))
    put(connection, _ROUND, str(started_round(connection) + 1))
    recent = or_(signal.c.began_at >= since, signal.c.began_at.is_(None))
    voted = select(signal.c.paper_id).where(signal.c.observed_at >= since, signal.c.kind.in_(list(kinds)), recent)
    seen = select(paper.c.id).where(paper.c.first_seen_at >= since, paper.c.published >= published_since)
    every = voted.union(seen).subquery()
    known = select(unweighed.c.paper_id)
    rows = select(every.c.paper_id, literal(1)).where(every.c.paper_id.not_in(known))
    connection.execute(insert(unweighed).from_select(["paper_id", "times"], rows))


def started_round(connection: Connection) -> int:
    """Return the number of the round: who writes must have read in the same one."""
    return int(value_of(connection, _ROUND) or 0)


def claim(connection: Connection, number: int) -> bool:
    """Begin the next round; False where another process did so since this one was read, and nothing may be written."""
    asked = update(instance).where(instance.c.name == _ROUND, instance.c.value == str(number))
    return connection.execute(asked.values(value=str(number + 1))).rowcount == 1


def marked(connection: Connection, limit: int) -> dict[int, int]:
    """Return papers of which something was observed that was not looked at, with how many times."""
    rows = connection.execute(
        select(unweighed.c.paper_id, unweighed.c.times).order_by(unweighed.c.paper_id).limit(limit)
    )
    return {row.paper_id: row.times for row in rows}


@dataclass(frozen=True, slots=True)
class Changed:
    """Papers that changed or departed since the last look, up to which change, and whether that was all."""

    papers: tuple[int, ...]
    until: int
    all: bool


def changed(connection: Connection, since: datetime, limit: int) -> Changed:
    """Return which papers changed, of those that are or may be candidates.

    Papers with signals are `marked`, unless signals came to them with another paper, which is a change.
    """
    after = int(value_of(connection, _CHANGE) or 0)
    numbers = select(paper.c.change).where(paper.c.change > after).order_by(paper.c.change).limit(limit).subquery()
    last, count = connection.execute(select(func.max(numbers.c.change), func.count())).one()
    until = int(last) if count == limit else changes.last(connection)
    counted = select(signal.c.paper_id).where(signal.c.paper_id == paper.c.id, signal.c.observed_at >= since)
    kept = select(trending_candidate.c.paper_id).where(trending_candidate.c.paper_id == paper.c.id)
    may = or_(paper.c.first_seen_at >= since, kept.exists(), counted.exists())
    rows = select(paper.c.id).where(paper.c.change > after, paper.c.change <= until, may)
    gone = select(departed.c.paper_id).where(departed.c.change > after, departed.c.change <= until)
    return Changed((*connection.scalars(rows), *connection.scalars(gone)), until, count < limit)


def grown_since(connection: Connection, kinds: Mapping[str, float]) -> list[int]:
    """Return the papers whose reading of a kind last grew after the moment given for it."""
    found: set[int] = set()
    for kind, since in kinds.items():
        asked = select(trending_reading.c.paper_id)
        found.update(connection.scalars(asked.where(trending_reading.c.kind == kind, trending_reading.c.read > since)))
    return sorted(found)


def facts(connection: Connection, paper_ids: Sequence[int]) -> list[Facts]:
    """Return what the formula needs of each paper, without those that are gone or withdrawn."""
    found: list[Facts] = []
    columns = (paper.c.id, paper.c.first_seen_at, paper.c.published, paper.c.date_precision)
    # What was counted at the artefact itself counts more than what a source said of it.
    stars = func.max(func.coalesce(artefact_check.c.stars, artefact.c.stars))
    code = and_(artefact.c.kind == "code", artefact.c.paper_id == paper.c.id)
    asked = (
        select(*columns, stars, paper.c.categories, paper.c.sources)
        .outerjoin(artefact, code)
        .outerjoin(artefact_check, artefact_check.c.url == artefact.c.url)
        .where(paper.c.id.in_(bindparam("ids", expanding=True)), paper.c.withdrawn.is_(False))
        .group_by(paper.c.id)
    )
    for some in _chunks(paper_ids):
        for row in connection.execute(asked, {"ids": list(some)}):
            paper_id, seen, published, precision, counted, categories, sources = row
            first = next(iter(json.loads(sources)), "")
            found.append(Facts(paper_id, seen, published, precision, counted, tuple(json.loads(categories)), first))
    return found


def keep(connection: Connection, looked_at: Iterable[int], candidates: Iterable[Candidate]) -> None:
    """Put `candidates` in the place of all that was kept of the papers that were looked at."""
    ids = sorted(looked_at)
    for some in _chunks(ids):
        for table in (trending_candidate, trending_reading):
            connection.execute(delete(table).where(table.c.paper_id.in_(some)))
    rows: list[tuple[Any, ...]] = []
    readings: list[tuple[Any, ...]] = []
    for one in candidates:
        rows.append(_candidate_row(one))
        readings.extend(_reading_row(one.paper_id, counted) for counted in one.counted.values())
    _insert(connection, "trending_candidate", rows)
    _insert(connection, "trending_reading", readings)


def unmark(connection: Connection, marks: Mapping[int, int]) -> None:
    """Take the marks away, but for those of papers of which more was observed meanwhile."""
    if marks:
        asked = delete(unweighed).where(unweighed.c.paper_id == bindparam("at"), unweighed.c.times == bindparam("seen"))
        connection.execute(asked, [{"at": paper_id, "seen": times} for paper_id, times in marks.items()])


def heard_until(connection: Connection, change: int) -> None:
    """Remember up to which change papers were looked at."""
    put(connection, _CHANGE, str(change))


def forget_before(connection: Connection, moment: float) -> None:
    """Drop what is kept of papers that are too old to be on any page."""
    old = select(trending_candidate.c.paper_id).where(trending_candidate.c.joined < moment)
    connection.execute(delete(trending_reading).where(trending_reading.c.paper_id.in_(old)))
    connection.execute(delete(trending_candidate).where(trending_candidate.c.joined < moment))


def forget(connection: Connection) -> None:
    """Drop all that is kept, so that the next look begins anew."""
    for table in (trending_candidate, trending_reading, trending_page):
        connection.execute(delete(table))
    connection.execute(delete(instance).where(instance.c.name == _LOOKED_FOR))


def load(connection: Connection, paper_ids: Sequence[int] | None = None) -> Board:
    """Return all that is kept, or what is kept of these papers, as columns."""
    papers: list[Any] = []
    readings: list[Any] = []
    for among in [""] if paper_ids is None else map(_among, _chunks(sorted(set(paper_ids)))):
        papers += connection.exec_driver_sql(f"{_CANDIDATES} {among} ORDER BY paper_id").fetchall()
        readings += connection.exec_driver_sql(f"{_READINGS} {among}").fetchall()
    return board(papers, readings)


def kept(connection: Connection, paper_ids: Sequence[int]) -> dict[int, Candidate]:
    """Return what is kept of those papers that are candidates."""
    found: dict[int, Candidate] = {}
    for ids in _chunks(paper_ids):
        rows = connection.execute(select(trending_candidate).where(trending_candidate.c.paper_id.in_(ids))).all()
        counted: dict[int, dict[str, Counted]] = {row.paper_id: {} for row in rows}
        for row in connection.execute(select(trending_reading).where(trending_reading.c.paper_id.in_(ids))):
            told = row._mapping  # `row.count` is a method of every row
            reading = Reading(told["count"], row.age, row.count_before, row.age_before)
            counted.get(row.paper_id, {})[row.kind] = Counted(row.kind, row.start, row.read, reading)
        for row in rows:
            found[row.paper_id] = Candidate(
                **row._asdict() | {"categories": tuple(row.categories.split("\n")), "counted": counted[row.paper_id]}
            )
    return found


def publish(
    connection: Connection,
    now: datetime,
    totals: Mapping[str, float],
    weights: Weights,
    pages: Mapping[tuple[str, bool, str], Page],
) -> None:
    """Put the pages, and the totals and weights by which they are ordered, in the place of the old ones."""
    put(connection, _REFRESHED, now.isoformat())
    put(connection, _WEIGHTS, weighing.dumps(weights))
    for kind, total in totals.items():
        put(connection, f"{_TOTAL}{kind}", repr(total))
    connection.execute(delete(trending_page))
    rows = [(*key, json.dumps(page.papers), page.candidates) for key, page in pages.items()]
    _insert(connection, "trending_page", rows)


def refreshed_at(connection: Connection) -> datetime | None:
    """Return when the pages were last computed."""
    value = value_of(connection, _REFRESHED)
    return datetime.fromisoformat(value) if value else None


def weights(connection: Connection) -> Weights:
    """Return the weights by which the pages were ordered."""
    text = value_of(connection, _WEIGHTS)
    return weighing.loads(text) if text else PUBLISHED


def totals(connection: Connection) -> dict[str, float]:
    """Return the usual totals as they were last estimated, by kind."""
    rows = connection.execute(select(instance.c.name, instance.c.value).where(instance.c.name.startswith(_TOTAL)))
    return {name.removeprefix(_TOTAL): float(value) for name, value in rows}


def page(connection: Connection, window: str, past: bool, topic: str) -> Page:
    """Return a page as it was last computed; an empty one where there are no candidates for it."""
    columns = (trending_page.c.papers, trending_page.c.candidates)
    its = (trending_page.c.window == window, trending_page.c.past == past, trending_page.c.topic == topic)
    row = connection.execute(select(*columns).where(*its)).one_or_none()
    return Page(tuple(json.loads(row.papers)), row.candidates) if row else Page((), 0)


def topics(connection: Connection, window: str, past: bool) -> dict[str, int]:
    """Return how many candidates each topic of a window has, without the page of all."""
    its = (trending_page.c.window == window, trending_page.c.past == past, trending_page.c.topic != "")
    rows = connection.execute(select(trending_page.c.topic, trending_page.c.candidates).where(*its))
    return {row.topic: row.candidates for row in rows}


def _told(kinds: Mapping[str, Kind]) -> str:
    """Name what a look depends on: where it changes, papers are looked at anew."""
    return " ".join(f"{name}:{kind.span:g}" for name, kind in kinds.items())


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _among(paper_ids: Iterable[int]) -> str:
    return f"WHERE paper_id IN ({','.join(str(int(one)) for one in paper_ids)})"


def _candidate_row(one: Candidate) -> tuple[Any, ...]:
    categories = "\n".join(one.categories)
    return one.paper_id, one.joined, one.started, one.stars, one.citations, categories, one.source


def _reading_row(paper_id: int, one: Counted) -> tuple[Any, ...]:
    reading = one.reading
    numbers = (reading.count, reading.age, reading.count_before, reading.age_before)
    return paper_id, one.kind, one.start, one.read, *numbers


def _insert(connection: Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert whole rows of one of this module's tables, in the order of its columns."""
    if rows:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        marks = ", ".join([mark] * len(rows[0]))
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", list(rows))  # noqa: S608


def value_of(connection: Connection, name: str) -> str | None:
    """Return what this instance keeps under a name."""
    found: str | None = connection.execute(select(instance.c.value).where(instance.c.name == name)).scalar_one_or_none()
    return found


def put(connection: Connection, name: str, value: str) -> None:
    """Keep something of this instance under a name; an older value gives way."""
    connection.execute(
        text(
            "INSERT INTO instance (name, value) VALUES (:name, :value) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"name": name, "value": value},
    )
