"""What the rising mark reads and keeps: the rows of papers, and three facts of the instance as JSON.

The facts are the switch, the newest fit and the marks. All marks are made anew at once and are few, so they need no
table, and a paper that goes takes nothing with it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, or_, select

from broadsheet.database.schema import paper
from broadsheet.papers import artefacts, people, wordings
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.trending.candidates import Facts, own_start
from broadsheet.trending.explain import Part, shown, total
from broadsheet.trending.formula import HEAD, KINDS
from broadsheet.trending.rising.calibration import Group
from broadsheet.trending.rising.features import COLUMNS
from broadsheet.trending.rising.learning import Fit, Model, Span, TextModel, Trial
from broadsheet.trending.rising.logistic import Linear
from broadsheet.trending.rising.table import SETTLES_AFTER, Row
from broadsheet.trending.store import put, value_of

LOOKS_BACK = timedelta(days=400)
MOST = 50_000  # papers, the newest: what an hourly look may cost
SHELF = "shelf"
# An editor's pick puts a paper before readers, and a visit follows from being seen: neither is a vote.
VOTES = {name: kind for name, kind in KINDS.items() if kind.unit and name != "picks"}
_SWITCH, _FIT, _MARKS = "rising_switch", "rising_fit", "rising_marks"
_COLUMNS = [f"{part}: {name}" for part, names in COLUMNS.items() for name in names]


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether new papers are marked, since when, and who decided it; `at` is None where nobody ever did."""

    on: bool = False
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """That a new paper may rise: its chance, the parts of its log-odds in doublings, and the reason in a sentence."""

    chance: float
    parts: tuple[Part, ...]
    reason: str

    @property
    def odds(self) -> float:
        """The log-odds in doublings: what the parts add up to."""
        return total(self.parts)

    @property
    def shown(self) -> tuple[Part, ...]:
        """The parts rounded to two digits so that they add up to the rounded odds."""
        return shown(self.parts)


def facts(connection: Connection, now: datetime) -> list[Facts]:
    """Return when each of the newest papers came here and was published, the newest last; not the withdrawn."""
    since = now - LOOKS_BACK
    columns = (paper.c.id.label("paper_id"), paper.c.first_seen_at, paper.c.published, paper.c.date_precision)
    recent = or_(paper.c.first_seen_at >= since, paper.c.published >= since.date())
    asked = select(*columns).where(recent, paper.c.withdrawn.is_(False)).order_by(paper.c.id.desc()).limit(MOST)
    return [Facts(**told._asdict(), stars=None) for told in connection.execute(asked)][::-1]


def rows(connection: Connection, told: Iterable[Facts], signals: Mapping[int, list[Signal]]) -> list[Row]:
    """Return the rows of papers, as they were when they became known; without those of the starter shelf."""
    held = {one.paper_id: one for one in told}
    said = wordings.first(connection, held)
    return [
        row(one, said[paper_id], signals.get(paper_id, []))
        for paper_id, one in held.items()
        if paper_id in said and said[paper_id].source != SHELF
    ]


def row(told: Facts, said: SourceRecord, signals: list[Signal]) -> Row:
    """Return one paper's row: its seed is when a source or a reader's vote first told of it, whichever was earlier."""
    votes = [one for one in signals if one.kind in VOTES]
    first = replace(told, published=said.published, date_precision=said.date_precision)
    seed = min([own_start(first), *(one.began_at or one.observed_at for one in votes)])
    in_text = artefacts.from_links((), said.abstract) if "http" in said.abstract or "www." in said.abstract else ()
    return Row(
        told.paper_id,
        seed,
        seed.date(),
        said.title,
        said.abstract,
        tuple(dict.fromkeys(" ".join(sorted(words)) for words in people.words(said.authors))),
        said.categories,
        said.source,
        frozenset(one.kind for one in in_text),
        _votes_by(votes, seed + SETTLES_AFTER),
    )


def voted(signals: Iterable[Signal]) -> bool:
    """Say whether anybody voted for a paper yet: then it is no longer new."""
    return any(one.kind in VOTES and one.value > 0 for one in signals)


def _votes_by(votes: Iterable[Signal], until: datetime) -> float:
    """Return the highest counts read by a moment, in upvotes' worth."""
    most: dict[str, float] = {}
    for one in votes:
        if one.observed_at <= until:
            most[one.kind] = max(most.get(one.kind, 0.0), one.value)
    return sum(count * HEAD / VOTES[kind].unit for kind, count in most.items())


def switch(connection: Connection) -> Switch:
    """Return whether papers are marked."""
    told = value_of(connection, _SWITCH)
    if told is None:
        return Switch()
    said = json.loads(told)
    return Switch(said["on"], datetime.fromisoformat(said["at"]), said["by"])


def keep_switch(connection: Connection, wanted: Switch) -> None:
    """Keep whether papers are marked."""
    put(connection, _SWITCH, _dumps(wanted))


def fit(connection: Connection) -> Fit | None:
    """Return the newest fit; None before the first, and where the program that made it looked at other columns."""
    told = json.loads(value_of(connection, _FIT) or "{}")
    return _fit(told) if told.get("columns") == _COLUMNS else None


def keep_fit(connection: Connection, made: Fit) -> None:
    """Put a fit in the place of the one before; the marks of that one go."""
    put(connection, _FIT, _dumps(asdict(made) | {"columns": _COLUMNS}))
    keep_marks(connection, {})


def marks(connection: Connection) -> dict[int, Mark]:
    """Return the marks by paper."""
    told = json.loads(value_of(connection, _MARKS) or "{}")
    return {
        int(paper_id): Mark(one["chance"], tuple(Part(**part) for part in one["parts"]), one["reason"])
        for paper_id, one in told.items()
    }


def keep_marks(connection: Connection, made: Mapping[int, Mark]) -> None:
    """Put marks in the place of those before; the same ones again change no page."""
    told = _dumps({str(paper_id): asdict(one) for paper_id, one in made.items()})
    if told != (value_of(connection, _MARKS) or "{}"):
        put(connection, _MARKS, told)


def _dumps(value: Any) -> str:
    return json.dumps(value if isinstance(value, dict) else asdict(value), default=_plain)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value.isoformat()


def _fit(told: dict[str, Any]) -> Fit:
    spans = tuple(
        Span(date.fromisoformat(one["since"]), date.fromisoformat(one["until"]), one["papers"], one["first"])
        for one in told["spans"]
    )
    at = datetime.fromisoformat(told["at"])
    return Fit(at, spans, _model(told["model"]), _trial(told["trial"])) if told["model"] else Fit(at, spans)


def _model(told: dict[str, Any]) -> Model:
    text = TextModel(**{name: np.array(numbers) for name, numbers in told.pop("text").items()})
    linear = told.pop("linear")
    arrays = {name: np.array(linear[name]) for name in ("means", "spreads", "weights")}
    return Model(text=text, linear=Linear(**arrays, bias=linear["bias"]), **told)


def _trial(told: dict[str, Any]) -> Trial:
    tenths = tuple(Group(**one) for one in told.pop("tenths"))
    lead = tuple(told.pop("lead"))
    return Trial(tenths=tenths, marked=Group(**told.pop("marked")), lead=lead, **told)
