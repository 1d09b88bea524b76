"""What is known of the attention to one paper: its age, readings and stars at a moment, and how its counts grew.

What is kept of a paper is `candidates`' matter, what it is worth `formula`'s.
A kind that nobody read is absent and never zero; but what readers do here is counted here, so its absence is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadsheet.papers.records import Signal
from broadsheet.trending.candidates import CITATIONS, STARS, Candidate, Counted, Facts, candidate
from broadsheet.trending.formula import KINDS
from broadsheet.trending.readings import Reading, start_of

CHARTED = 60  # points of a chart: more than one can be told from its neighbour on no screen
_OTHER_LABELS = {
    STARS: "stars on GitHub",
    "hf_comments": "comments on Hugging Face",
    CITATIONS: "citations",
    "influential_citations": "influential citations",
}


@dataclass(frozen=True, slots=True)
class Attention:
    """The inputs of the formula for one paper, ages in hours.

    `age` is the paper's own, `ages` are those of each kind of votes that was read, since it could begin.
    """

    age: float
    ages: Mapping[str, float]
    readings: Mapping[str, Reading]
    stars: float | None
    citations: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """How one kind of count grew: (moment, count) by time, never falling; `label` is what is counted, in words."""

    kind: str
    label: str
    points: tuple[tuple[datetime, float], ...]


def grown(signals: Iterable[Signal], until: datetime, most: int = CHARTED) -> list[Series]:
    """Return how each kind grew until then, kinds of votes first; at most `most` points, the first and last among them.

    A kind whose start was told begins there with nothing.
    """
    by_kind: dict[str, list[Signal]] = {}
    for signal in sorted(signals, key=lambda one: one.observed_at):
        if signal.observed_at <= until:
            by_kind.setdefault(signal.kind, []).append(signal)
    order = sorted(by_kind, key=lambda kind: (kind not in KINDS, kind))
    return [Series(kind, _label(kind), tuple(_spread(_points(by_kind[kind]), most))) for kind in order]


def attention(facts: Facts, signals: Sequence[Signal], now: datetime) -> Attention:
    """Return what is known of a paper at `now`; signals observed later are not looked at."""
    return known(candidate(facts, signals, now), now)


def known(one: Candidate, now: datetime) -> Attention:
    """Return what is known at `now` of a paper as it was kept."""
    moment = now.timestamp()
    ages = {name: max(moment - kept.start, 0.0) / 3600 for name, kept in one.counted.items()}
    readings = {name: _reading(kept, moment) for name, kept in one.counted.items()}
    return Attention(max(moment - one.started, 0.0) / 3600, ages, readings, one.stars, one.citations)


def _reading(kept: Counted, moment: float) -> Reading:
    """An own count still stands when nobody adds to it: it is read at every moment."""
    kind = KINDS[kept.kind]
    if not kind.own:
        return kept.reading
    age = max(moment - kept.start, 0.0) / 3600
    quiet = moment - kept.read >= kind.span * 3600
    before = kept.reading.count if quiet else kept.reading.count_before
    return Reading(kept.reading.count, age, before, max(age - kind.span, 0.0))


def _points(seen: Sequence[Signal]) -> list[tuple[datetime, float]]:
    """Return the running maximum of one kind, oldest first."""
    start = start_of(seen, seen[0].observed_at)
    points = [(start, 0.0)] if start < seen[0].observed_at else []
    for signal in seen:
        points.append((signal.observed_at, max(signal.value, points[-1][1] if points else 0.0)))
    return points


def _spread(points: list[tuple[datetime, float]], most: int) -> list[tuple[datetime, float]]:
    """Keep the first point, and of each of `most` - 1 equal spans of time the last one."""
    if len(points) <= most:
        return points
    first, last = points[0][0], points[-1][0]
    width = (last - first) / (most - 1)
    kept = {min(int((moment - first) / width), most - 2): (moment, count) for moment, count in points[1:]}
    return [points[0], *(kept[span] for span in sorted(kept))]


def _label(kind: str) -> str:
    if kind in KINDS:
        return f"{KINDS[kind].noun}s {KINDS[kind].where}"
    return _OTHER_LABELS.get(kind, kind.replace("_", " "))
