"""The SQL of trending: which papers may trend, what is usual here, and the scores as they were last computed.

Every query is bounded by an index on time or by a cap: it must not grow with the number of papers ever stored.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, text

from broadsheet.database.schema import artefact, instance, paper, signal, trending_score
from broadsheet.trending.attention import Facts
from broadsheet.trending.explain import Part
from broadsheet.trending.ranking import Scored

_REFRESHED = "trending_refreshed"
_TOTAL = "trending_total:"
_CHUNK = 5_000  # ids in one statement; SQLite takes 32,766


def voted_since(connection: Connection, kinds: Iterable[str], since: datetime, limit: int) -> list[int]:
    """Return the papers with a vote of `kinds` read since then whose voting began since then, youngest first."""
    began = func.max(func.coalesce(signal.c.began_at, signal.c.observed_at))
    recent = or_(signal.c.began_at >= since, signal.c.began_at.is_(None))
    rows = connection.execute(
        select(signal.c.paper_id)
        .where(signal.c.observed_at >= since, signal.c.kind.in_(list(kinds)), recent)
        .group_by(signal.c.paper_id)
        .order_by(began.desc(), signal.c.paper_id.desc())
        .limit(limit)
    )
    return list(rows.scalars())


def seen_since(connection: Connection, since: datetime, published_since: date, limit: int) -> list[int]:
    """Return the papers first seen since then and published not long before, newest first."""
    rows = connection.execute(
        select(paper.c.id)
        .where(paper.c.first_seen_at >= since, paper.c.published >= published_since)
        .order_by(paper.c.first_seen_at.desc(), paper.c.id.desc())
        .limit(limit)
    )
    return list(rows.scalars())


def facts(connection: Connection, paper_ids: Sequence[int]) -> list[Facts]:
    """Return what the formula needs of each paper, without those that are gone or withdrawn."""
    found: list[Facts] = []
    for start in range(0, len(paper_ids), _CHUNK):
        ids = paper_ids[start : start + _CHUNK]
        code = and_(artefact.c.kind == "code", artefact.c.paper_id == paper.c.id)
        rows = connection.execute(
            select(
                paper.c.id, paper.c.first_seen_at, paper.c.published, paper.c.date_precision, func.max(artefact.c.stars)
            )
            .outerjoin(artefact, code)
            .where(paper.c.id.in_(ids), paper.c.withdrawn.is_(False))
            .group_by(paper.c.id)
        )
        found.extend(Facts(*row) for row in rows)
    return found


def recent_votes(
    connection: Connection, kind: str, began_since: datetime, began_until: datetime
) -> list[tuple[float, datetime, datetime]]:
    """Return (highest count, when last read, when it began) of the papers whose voting began between the two."""
    rows = connection.execute(
        select(func.max(signal.c.value), func.max(signal.c.observed_at), func.min(signal.c.began_at))
        .where(
            signal.c.kind == kind,
            signal.c.observed_at >= began_since,
            signal.c.began_at >= began_since,
            signal.c.began_at <= began_until,
        )
        .group_by(signal.c.paper_id)
    )
    return [(float(count), read, began) for count, read, began in rows]


def replace(
    connection: Connection, now: datetime, totals: Mapping[str, float], scored: Mapping[str, Sequence[Scored]]
) -> None:
    """Put the scores of every horizon and the usual totals in the place of the old ones."""
    # Written first: it makes a second process wait here, and not collide with our rows below.
    _put(connection, _REFRESHED, now.isoformat())
    for kind, total in totals.items():
        _put(connection, f"{_TOTAL}{kind}", repr(total))
    connection.execute(delete(trending_score))
    there = _still_there(connection, {one.paper_id for page in scored.values() for one in page})
    rows = [_row(one, horizon, now) for horizon, page in scored.items() for one in page if one.paper_id in there]
    if rows:
        connection.execute(insert(trending_score), rows)


def refreshed_at(connection: Connection) -> datetime | None:
    """Return when the scores were last computed."""
    value = connection.execute(select(instance.c.value).where(instance.c.name == _REFRESHED)).scalar_one_or_none()
    return datetime.fromisoformat(value) if value else None


def totals(connection: Connection) -> dict[str, float]:
    """Return the usual totals as they were last estimated, by kind."""
    rows = connection.execute(select(instance.c.name, instance.c.value).where(instance.c.name.startswith(_TOTAL)))
    return {name.removeprefix(_TOTAL): float(value) for name, value in rows}


def page(connection: Connection, horizon: str) -> list[Scored]:
    """Return every stored score of a horizon, in no order."""
    columns = (trending_score.c.paper_id, trending_score.c.score, trending_score.c.parts)
    rows = connection.execute(select(*columns).where(trending_score.c.horizon == horizon))
    return [_scored(*row) for row in rows]


def stored(connection: Connection, paper_id: int, horizon: str) -> Scored | None:
    """Return the stored score of one paper."""
    columns = (trending_score.c.paper_id, trending_score.c.score, trending_score.c.parts)
    mine = (trending_score.c.paper_id == paper_id, trending_score.c.horizon == horizon)
    row = connection.execute(select(*columns).where(*mine)).one_or_none()
    return _scored(*row) if row else None


def scores(connection: Connection, paper_ids: Sequence[int], horizon: str) -> dict[int, float]:
    """Return the stored scores among `paper_ids`."""
    found: dict[int, float] = {}
    for start in range(0, len(paper_ids), _CHUNK):
        rows = connection.execute(
            select(trending_score.c.paper_id, trending_score.c.score).where(
                trending_score.c.horizon == horizon,
                trending_score.c.paper_id.in_(paper_ids[start : start + _CHUNK]),
            )
        )
        found.update((paper_id, score) for paper_id, score in rows)
    return found


def _still_there(connection: Connection, paper_ids: set[int]) -> set[int]:
    """A paper can be merged into another between reading and writing."""
    ids = sorted(paper_ids)
    found: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        found.update(
            connection.execute(select(paper.c.id).where(paper.c.id.in_(ids[start : start + _CHUNK]))).scalars()
        )
    return found


def _row(one: Scored, horizon: str, now: datetime) -> dict[str, Any]:
    parts = json.dumps([asdict(part) for part in one.parts], ensure_ascii=False)
    return {"paper_id": one.paper_id, "horizon": horizon, "score": one.score, "parts": parts, "computed_at": now}


def _scored(paper_id: int, score: float, parts: str) -> Scored:
    return Scored(paper_id, score, tuple(Part(**part) for part in json.loads(parts)))


def _put(connection: Connection, name: str, value: str) -> None:
    connection.execute(
        text(
            "INSERT INTO instance (name, value) VALUES (:name, :value) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"name": name, "value": value},
    )
