"""The weights in force: the published ones, or what the operator made of them, each change with who and when.

What they do to a score, `formula` says. The journal only grows: the newest line is in force, and one without weights
puts the published ones back.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import trending_weighing as table
from broadsheet.errors import Invalid
from broadsheet.trending.formula import KINDS, PUBLISHED, Weights

MOST = 4.0  # of a weight: sixteen times the readers for twice the votes, and nobody means more
OTHERS = ("pace", "stars", "citations")
NAMES = (*KINDS, *OTHERS)


@dataclass(frozen=True, slots=True)
class Weighing:
    """One line of the journal; `weights` is None where the published ones were put back."""

    at: datetime
    by: str
    weights: Weights | None


def values(weights: Weights) -> dict[str, float]:
    """Return the weights by their names: those of the kinds, then `pace`, `stars` and `citations`."""
    others = {name: getattr(weights, name) for name in OTHERS}
    return {name: weights.kinds.get(name, KINDS[name].weight) for name in KINDS} | others


def read(given: Mapping[str, str]) -> Weights:
    """Read weights as somebody wrote them; one that is not given is the published one.

    Raises `Invalid` naming the weight, for anything but numbers from 0 to 4, for a pace beyond 1, and where no kind of
    vote has any weight.
    """
    found = values(PUBLISHED) | {name: _number(name, given[name]) for name in NAMES if given.get(name, "").strip()}
    if not any(found[name] for name in KINDS):
        raise Invalid(
            "At least one kind of vote needs a weight, or nothing trends but what is new.", field="hf_upvotes"
        )
    return _weights(found)


def in_force(connection: Connection) -> Weights:
    """Return the weights by which pages are to be ordered."""
    asked = select(table.c.weights).order_by(table.c.id.desc()).limit(1)
    text = connection.execute(asked).scalar_one_or_none()
    return loads(text) if text else PUBLISHED


def dumps(weights: Weights) -> str:
    """Return weights as JSON."""
    return json.dumps(values(weights), sort_keys=True)


def loads(text: str) -> Weights:
    """Read what `dumps` wrote; kinds that came later have their published weight."""
    return _weights(values(PUBLISHED) | {name: one for name, one in json.loads(text).items() if name in NAMES})


class Weighings:
    """The journal of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def in_force(self) -> Weights:
        """Return the weights by which pages are to be ordered."""
        with self._database.read() as connection:
            return in_force(connection)

    def change(self, weights: Weights | None, by: Reader) -> None:
        """Put weights into force, or with None the published ones; raises `Forbidden` for all but admins."""
        by.require("admin")
        row = {"at": self._clock.now(), "by": by.shown, "weights": dumps(weights) if weights else ""}
        with self._database.write() as connection:
            connection.execute(insert(table).values(row))

    def journal(self, limit: int = 20) -> list[Weighing]:
        """Return the newest changes, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(table).order_by(table.c.id.desc()).limit(limit)).all()
        return [Weighing(row.at, row.by, loads(row.weights) if row.weights else None) for row in rows]


def _weights(found: Mapping[str, float]) -> Weights:
    return Weights({name: found[name] for name in KINDS}, **{name: found[name] for name in OTHERS})


def _number(name: str, text: str) -> float:
    most = 1.0 if name == "pace" else MOST
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not 0 <= number <= most:  # not a number is not between any two
        raise Invalid(f"“{text[:20]}” is no weight: write a number from 0 to {most:g}.", field=name, value=text[:40])
    return number
