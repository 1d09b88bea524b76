"""The parts of a score, each with its value and a reason in words; together they are the score, with nothing left over.

What the values are, `formula` says; here they are named, and rounded for showing so that they still add up.
A reason gives the numbers that the value was computed from.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from broadsheet.trending import formula
from broadsheet.trending.attention import Attention
from broadsheet.trending.formula import KINDS, Kind, Measure
from broadsheet.trending.readings import Reading

MOST_TOLD = 2  # things that a reason tells in full; more are a wall of words beside a title
STALE_HOURS = 6  # a count older than this is no longer told as "the last hours"
_FRACTIONS = ((0.9, "nine tenths"), (0.75, "three quarters"), (2 / 3, "two thirds"), (0.5, "half"), (1 / 3, "a third"))


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a score, in doublings; `kind` names the votes that it counts, `count` how many there were.

    `told` is whether the sentence tells it beside the others, or would say one thing twice.
    """

    name: str
    value: float
    reason: str
    kind: str = ""
    count: float | None = None
    told: bool = True


def parts(known: Attention, measure: Measure) -> tuple[Part, ...]:
    """Return the parts by `measure`, unrounded."""
    found: list[Part] = []
    for name, reading in known.readings.items():
        if measure.weights.kinds[name]:
            found.extend(_voted(known, KINDS[name], reading, measure))
    if quiet := _quiet(known, measure):
        found.append(quiet)
    if not measure.past:
        found.append(_freshness(known, measure))
    weights = measure.weights
    if known.stars is not None:
        found.append(Part("stars", formula.stars(known.stars, weights.stars), _stars_words(known.stars)))
    if known.citations:
        value = formula.citations(known.citations, weights.citations)
        found.append(Part("citations", value, _citations_words(known.citations)))
    return tuple(found)


def total(parts: Sequence[Part]) -> float:
    """Return the score that the parts add up to."""
    return math.fsum(part.value for part in parts)


def shown(parts: Sequence[Part], digits: int = 2) -> tuple[Part, ...]:
    """Return the parts rounded for showing so that they add up to the rounded score (largest remainder)."""
    unit = 10**digits
    floors = [math.floor(part.value * unit) for part in parts]
    lacking = round(round(total(parts), digits) * unit) - sum(floors)  # .975 is shown as .97, and 97.5 would be 98
    by_remainder = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i].value * unit)
    for i in by_remainder[:lacking]:
        floors[i] += 1
    rounded = (replace(part, value=floor / unit) for part, floor in zip(parts, floors, strict=True))
    return tuple(part for part in rounded if part.value or part.name != "quiet")


def votes(parts: Sequence[Part]) -> float:
    """Return the votes behind the parts in units of a usual paper's, so that kinds can be added."""
    counted = ((KINDS[part.kind].unit, part.count) for part in parts if part.count is not None)
    return sum(count / unit for unit, count in counted if unit)


def sentence(parts: Sequence[Part]) -> str:
    """Return the reason for a place: what was counted and what would be usual, what counted most first.

    Of more than two things only the first is told in full; the others are named, and "why" tells their sums.
    """
    voted = [_both(part, parts) for part in parts if part.name == "level"]
    voted.sort(key=lambda told: -told[0])
    beside = [part.reason for part in parts if part.name in ("stars", "citations")]
    if not any(part.kind for part in parts):
        beside[:0] = ["no votes known", *(part.reason for part in parts if part.name == "freshness")]
    told = [words for _, words in voted] + beside
    if len(told) <= MOST_TOLD or not voted:
        return _sentences(told)
    counted = [words.partition(";")[0] for words in told[1:]]
    return _sentences([told[0], f"also {', '.join(counted[:-1])} and {counted[-1]}"])


def _both(level: Part, parts: Sequence[Part]) -> tuple[float, str]:
    """Return what a kind of votes adds to the score, and its words: the level, and where it says more, the pace."""
    pace = next((part for part in parts if part.name == "pace" and part.kind == level.kind), None)
    value = level.value + (pace.value if pace else 0.0)
    return value, f"{level.reason}; {pace.reason}" if pace and pace.told else level.reason


def _sentences(told: Sequence[str]) -> str:
    return " ".join(f"{words[0].upper()}{words[1:]}." for words in told)


def _voted(known: Attention, kind: Kind, reading: Reading, measure: Measure) -> Iterator[Part]:
    weight, total = measure.weights.kinds[kind.name], measure.totals[kind.name]
    level, pace = measure.shares
    value = weight * level * formula.level(kind, reading, total)
    yield Part("level", value, _level_words(kind, reading, total), kind.name, reading.count)
    if pace:
        recent = known.ages[kind.name] - reading.age <= STALE_HOURS
        value, words = weight * pace * formula.pace(kind, reading, total), _pace_words(kind, reading, total, recent)
        yield Part("pace", value, words, kind.name, told=not reading.since_birth)


def _quiet(known: Attention, measure: Measure) -> Part | None:
    """Return what it says of a paper that nobody here did what others get: one part for all kinds together."""
    level, pace = measure.shares
    value, lacked = 0.0, []
    for name, kind in KINDS.items():
        weight, total = measure.weights.kinds[name], measure.totals[name]
        if kind.own and name not in known.readings and weight and total:
            reading = Reading(0, known.age, 0, max(known.age - kind.span, 0))
            worth = level * formula.level(kind, reading, total) + pace * formula.pace(kind, reading, total)
            value += weight * worth
            lacked.append((weight * worth, kind))
    if not lacked:
        return None
    most = min(lacked, key=lambda one: one[0])[1]
    age = formula.judged_age(most, known.age)
    usual = _usual(formula.usual(most, age, measure.totals[most.name]))
    return Part("quiet", value, f"no {most.noun}s {most.where} yet; {usual} at {_hours(age)}")


def _freshness(known: Attention, measure: Measure) -> Part:
    """Return the largest freshness that a kind of votes gives, each by its own age and half-time; else the paper's."""
    counting = [name for name in known.readings if measure.weights.kinds[name]]
    halves = {name: KINDS[name].half for name in counting} or {"": formula.FRESH_HALF}
    value, name = max(
        (formula.freshness(known.ages.get(name, known.age), measure.horizon, half), name)
        for name, half in halves.items()
    )
    age = _hours(known.ages.get(name, known.age))
    usual_half = halves[name] == formula.FRESH_HALF
    return Part("freshness", value, _freshness_words(f"{age} {'old' if usual_half else KINDS[name].where}", 2**value))


def _level_words(kind: Kind, reading: Reading, total: float) -> str:
    age = formula.judged_age(kind, reading.age)
    youngest = ", the youngest age that is judged" if age > reading.age else ""
    expected = _usual(formula.usual(kind, age, total))
    return f"{_votes(kind, reading.count)}; {expected} at {_hours(age)}{youngest}"


def _pace_words(kind: Kind, reading: Reading, total: float, recent: bool) -> str:
    new = reading.count - reading.count_before
    gained = f"{_number(new)} of them" if new else "none of them"
    span = _hours(reading.age - reading.age_before).removeprefix("less than an ").removeprefix("1 ")
    when = f"in the last {span}" if recent else f"in the {span} before the last reading"
    floor = formula.judged_age(kind, reading.age)
    judged = f" in {_hours(floor)}" if floor > reading.age else ""
    return f"{gained} {when}, where {_usual(formula.usual_gain(kind, reading, total))}{judged}"


def _freshness_words(old: str, share: float) -> str:
    if share >= 0.98:
        return f"{old}: nothing is lost to age yet"
    return f"{old}: a paper of this age still gets {_fraction(share)} of the attention of a new one"


def _stars_words(count: float) -> str:
    noun = "star" if count == 1 else "stars"
    return f"code with {count:,.0f} {noun}; {formula.STARS_USUAL} are usual"


def _citations_words(count: float) -> str:
    return f"{count:,.0f} citation{'' if count == 1 else 's'}; none are usual for a new paper"


def _votes(kind: Kind, count: float) -> str:
    """Say how many there are and where; of votes that do not count whole, what they count as."""
    if _is_whole(count):
        return f"{count:,.0f} {kind.noun}{'' if round(count) == 1 else 's'} {kind.where}"
    return f"{kind.noun}s {kind.where} worth {_number(count)}"


def _is_whole(count: float) -> bool:
    return math.isclose(count, round(count), abs_tol=1e-6)


def _number(count: float) -> str:
    return f"{count:,.0f}" if _is_whole(count) else f"{max(count, 0.1):,.1f}"


def _usual(count: float) -> str:
    if count < 0.95:
        return "fewer than 1 is usual"
    return "1 is usual" if round(count) == 1 else f"{count:,.0f} are usual"


def _hours(hours: float) -> str:
    if hours < 1:
        return "less than an hour"
    if hours < 47.5:
        return "1 hour" if round(hours) == 1 else f"{hours:.0f} hours"
    days = hours / 24
    return f"{days:.0f} days" if days < 730 else f"{days / 365.25:.0f} years"


def _fraction(share: float) -> str:
    """Name a share as people do where that is near enough, else in per cent."""
    nearest, words = min(_FRACTIONS, key=lambda fraction: abs(fraction[0] - share))
    if abs(nearest - share) <= 0.02:
        return words
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 else "less than 1 %"
