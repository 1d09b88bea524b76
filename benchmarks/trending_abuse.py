"""How many votes an unknown paper, an hour old, needs in that hour to stand among the first ten of a judged moment.

The median over at most a hundred moments of each set. A ring's accounts mostly vote together, so that k of them count
as the square root of k. A vote here stands beside papers that carry votes of elsewhere, on an instance whose readers
hardly vote.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import sqrt
from statistics import median
from typing import Any

import numpy as np

from benchmarks.report import Aim, Report
from benchmarks.trending_sets import Item, Moment
from broadsheet.trending import formula
from broadsheet.trending.attention import Attention
from broadsheet.trending.explain import parts, total
from broadsheet.trending.ranking import Field, ranked
from broadsheet.trending.readings import Reading

PLACES = 10
MOMENTS = 100
MOST = 10**6
RING = 50  # accounts that a ring must have at least
QUIET_TOTAL = 0.05  # votes that a usual paper gets on an instance whose readers hardly vote

Rule = Callable[[Item], float]


def add(
    report: Report,
    moments: Mapping[str, Sequence[Moment]],
    others: Collection[str],
    rules: Mapping[str, Rule],
    field: Callable[[Sequence[Item]], Field],
) -> None:
    """Put one row for each formula into the report, and what is aimed at."""
    pages = {name: found[:: max(1, len(found) // MOMENTS)][:MOMENTS] for name, found in moments.items()}
    fields = {name: [field(moment.items) for moment in found] for name, found in pages.items()}
    items = {name: found[0].items[0] for name, found in pages.items()}
    for label in (*others, "ours"):
        stands = partial(_stands, rules[label])
        needed = {name: median(_needed(partial(stands, one.items)) for one in found) for name, found in pages.items()}
        report.rows.append(_row(f"votes needed: {label}", needed))
    whole = "ours, with the quorum"
    for label, counted, own in (
        (f"votes needed: {whole}", float, False),
        (f"accounts needed by a ring: {whole}", sqrt, False),
        (f"accounts needed by a ring that votes here: {whole}", sqrt, True),
    ):
        enters = partial(_gets_in, counted, own=own)
        ring = {name: median(_needed(partial(enters, items[name], one)) for one in fields[name]) for name in pages}
        report.rows.append(_row(label, ring))
        if counted is sqrt:
            report.aims.append(Aim(f"{label}, the least of a set", "", min(ring.values()), RING, "at least"))


def _row(label: str, found: Mapping[str, float]) -> dict[str, Any]:
    row: dict[str, Any] = {"formula": label}
    for name, needed in found.items():
        row |= {name: f"{needed:,.0f}", f"ours minus it, {name}": ""}
    return row


def _needed(stands: Callable[[int], bool]) -> int:
    """Return the least number of votes with which it stands; `MOST` where none suffices."""
    low, high = 0, 1
    while high < MOST and not stands(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if stands(middle) else (middle, high)
    return high


def _unknown(item: Item, count: float) -> Item:
    return replace(item, age=1.0, reading=Reading(count, 1.0), last_day=count, stars=None, gain=0.0, lot=0.5)


def _stands(rule: Rule, items: Sequence[Item], count: int) -> bool:
    score = rule(_unknown(items[0], count))
    return sum(rule(item) >= score for item in items) < PLACES


def _gets_in(counted: Callable[[float], float], item: Item, field: Field, accounts: int, *, own: bool) -> bool:
    """Say whether Broadsheet's own page shows it among the first ten, for votes that count as `counted` says."""
    count = counted(accounts)
    kind = formula.KINDS["votes"] if own else item.kind
    totals = {name: 0.0 if one.own else one.total for name, one in formula.KINDS.items()} | {"votes": QUIET_TOTAL}
    measure = formula.Measure(totals, formula.HORIZONS["day"])
    known = Attention(1.0, {kind.name: 1.0}, {kind.name: Reading(count, 1.0)}, None)
    with_it = Field(
        np.append(field.ids, -1),
        np.append(field.scores, total(parts(known, measure))),
        np.append(field.votes, count / kind.unit),
        np.append(field.heads, count),
        np.append(field.voices, 1 if own else 0),
    )
    return len(field.ids) in ranked(with_it)[:PLACES]
