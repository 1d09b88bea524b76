"""The SQL of checks: which artefacts are due, what was found, which hosts want to be left alone.

Private to this package. A check is kept by its address: several papers may name one artefact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Select, delete, exists, func, insert, not_, select
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import artefact, artefact_check, host_pause
from broadsheet.papers.catalogue import touch
from broadsheet.papers.signals import stir
from broadsheet.reuse import facts
from broadsheet.reuse.answers import State
from broadsheet.reuse.facts import Facts

_FORGOTTEN = 500  # addresses looked up in one statement


@dataclass(frozen=True, slots=True)
class Check:
    """What was found where an artefact should stand; `dead_since` is when it was first missed, `failures` in a row."""

    url: str
    host: str
    state: State
    said: str
    checked_at: datetime
    due_at: datetime
    seen_alive_at: datetime | None = None
    dead_since: datetime | None = None
    failures: int = 0
    moved_to: str = ""
    etag: str = ""
    facts: Facts = field(default_factory=Facts)


def due(connection: Connection, now: datetime, limit: int, spared: Sequence[str]) -> list[str]:
    """Return addresses to ask for: a third of those whose time has come, the rest never asked for, newest papers first.

    None begins with one of `spared`, which are hosts whose budget is used up.
    """
    late = select(artefact_check.c.url).where(artefact_check.c.due_at <= now)
    late = late.where(*(not_(artefact_check.c.url.startswith(one)) for one in spared))
    overdue = list(connection.scalars(late.order_by(artefact_check.c.due_at).limit(limit)))
    fresh = _unasked(connection, limit, spared)
    share = max(limit // 3, limit - len(fresh))
    return [*overdue[:share], *fresh][:limit]


def _unasked(connection: Connection, limit: int, spared: Sequence[str]) -> list[str]:
    known = exists().where(artefact_check.c.url == artefact.c.url)
    is_web = artefact.c.url.startswith("http://") | artefact.c.url.startswith("https://")
    asked: Select[tuple[str]] = select(artefact.c.url).where(not_(known), is_web)
    asked = asked.where(*(not_(artefact.c.url.startswith(one)) for one in spared))
    # Several papers may name it: twice as many rows leave enough addresses, in the order of their newest paper.
    rows = connection.scalars(asked.order_by(artefact.c.paper_id.desc(), artefact.c.url).limit(2 * limit))
    return list(dict.fromkeys(rows))[:limit]


def of(connection: Connection, urls: Iterable[str]) -> dict[str, Check]:
    """Return the last check of each of `urls` that was ever asked for."""
    wanted = list(dict.fromkeys(urls))
    found: dict[str, Check] = {}
    for start in range(0, len(wanted), _FORGOTTEN):
        asked = select(artefact_check).where(artefact_check.c.url.in_(wanted[start : start + _FORGOTTEN]))
        for row in connection.execute(asked):
            told = row._asdict()
            told["facts"] = facts.loads(told["facts"])
            found[row.url] = Check(**{name: told[name] for name in Check.__dataclass_fields__})
    return found


def save(connection: Connection, check: Check) -> None:
    """Keep a check in the place of the one before."""
    row = {name: getattr(check, name) for name in Check.__dataclass_fields__}
    row |= {
        "facts": facts.dumps(check.facts),
        "licence": check.facts.licence and check.facts.licence[:64],
        "stars": check.facts.stars,
    }
    asked = select(artefact_check.c.stars, artefact_check.c.state).where(artefact_check.c.url == check.url)
    stars, state = connection.execute(asked).one_or_none() or (None, "")
    upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(artefact_check)
    kept = {name: upsert.excluded[name] for name in row if name != "url"}
    connection.execute(upsert.on_conflict_do_update(index_elements=["url"], set_=kept), [row])
    papers = select(artefact.c.paper_id).where(artefact.c.url == check.url)
    if check.facts.stars != stars:
        stir(connection, connection.scalars(papers).all())
    if "dead" in {check.state, state} and check.state != state:  # who searches for code wants code that is there
        touch(connection, connection.scalars(papers).all())


def used(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how many checks each host had since a moment."""
    asked = select(artefact_check.c.host, func.count()).where(artefact_check.c.checked_at > since)
    return {host: int(count) for host, count in connection.execute(asked.group_by(artefact_check.c.host))}


def paused(connection: Connection, now: datetime) -> set[str]:
    """Return the hosts that want to be left alone now; pauses that are over are forgotten."""
    return set(connection.scalars(select(host_pause.c.host).where(host_pause.c.until > now)))


def pause(connection: Connection, host: str, until: datetime) -> None:
    """Keep that a host wants to be left alone."""
    connection.execute(delete(host_pause).where(host_pause.c.host == host))
    connection.execute(insert(host_pause).values(host=host, until=until))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many artefacts were found in each state, and how many addresses there are in all, under "all"."""
    asked = select(artefact_check.c.state, func.count()).group_by(artefact_check.c.state)
    found = {state: int(count) for state, count in connection.execute(asked)}
    everything = connection.execute(select(func.count(func.distinct(artefact.c.url)))).scalar_one()
    return {"alive": 0, "dead": 0, "unsure": 0, **found, "all": int(everything)}
