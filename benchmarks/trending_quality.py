"""How well the published formula orders papers by the attention they get next, beside the formulas that others use.

At a moment T the candidates are the items known by T and younger than 48 hours; a formula sees only readings up to T.
Gain = log1p(votes after T); nDCG@10 per moment, then the mean, with 95 % intervals from a bootstrap over days.
The months here are those on which nothing was fitted. Then `trending_abuse` asks how many votes buy a place.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import log1p, log2, log10
from random import Random
from statistics import mean

import numpy as np

from benchmarks import trending_abuse
from benchmarks.report import Aim, Report, arguments, command
from benchmarks.trending_sets import Item, Moment, hacker_news, hugging_face
from broadsheet.trending import formula
from broadsheet.trending.attention import Attention
from broadsheet.trending.explain import Part, parts, total, votes
from broadsheet.trending.ranking import Field, ranked

HORIZON = formula.HORIZONS["day"]
SHIPPED = formula.Measure({name: 0 if kind.own else kind.total for name, kind in formula.KINDS.items()}, HORIZON)
SETS = ("hf-day", "hf-night", "hn")
CLEARLY = 0.005  # of nDCG@10; smaller differences are read as none
RESAMPLES = 1_000


def shipped(item: Item) -> tuple[Part, ...]:
    """The parts that Broadsheet itself gives, with the totals that it ships."""
    name = item.kind.name
    known = Attention(item.age, {name: item.age}, {name: item.reading}, item.stars)
    return parts(known, SHIPPED)


def ours(item: Item) -> float:
    """The score that Broadsheet itself gives."""
    return total(shipped(item))


FORMULAS: dict[str, Callable[[Item], float]] = {
    "ours": ours,
    "raw votes": lambda item: item.reading.count,
    "votes of the last 24 h": lambda item: item.last_day,
    "newest first": lambda item: -item.age,
    "Hacker News": lambda item: (max(item.reading.count - 1, 0) ** 0.8) / (item.age + 2) ** 1.8,
    "Reddit hot": lambda item: log10(max(item.reading.count, 1)) - item.age / 12.5,
    "votes / (h + 2)": lambda item: item.reading.count / (item.age + 2),
    "stars per hour": lambda item: (item.stars or 0) / max(item.age, 1),
}


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    signals = asked.data / "signals"
    moments = {**hugging_face(signals), "hn": hacker_news(signals)}
    if asked.quick:
        moments = {name: found[:: max(1, len(found) // 30)] for name, found in moments.items()}
    quality = {
        name: {label: _quality(found, _by(rule)) for label, rule in FORMULAS.items() if _applies(label, name)}
        for name, found in moments.items()
    }
    for name, found in moments.items():
        quality[name]["ours, with the quorum"] = _quality(found, _with_quorum)
    report = Report("trending_quality", "Trending: nDCG@10 of the attention to come", command("trending_quality"))
    for label in (*FORMULAS, "ours, with the quorum"):
        report.rows.append(_row(label, quality, moments))
    costs = [mean(quality[name]["ours"]) - mean(quality[name]["ours, with the quorum"]) for name in SETS]
    report.aims.append(Aim("cost of the quorum, the most of a set", "nDCG@10", max(costs), CLEARLY, "at most"))
    trending_abuse.add(report, moments, ("raw votes", "votes / (h + 2)", "Hacker News", "Reddit hot"), FORMULAS, field)
    for label in ("raw votes", "votes of the last 24 h", "Hacker News", "Reddit hot", "stars per hour"):
        sets = [name for name in SETS if label in quality[name]]
        lead = mean(mean(quality[name]["ours"]) - mean(quality[name][label]) for name in sets)
        report.aims.append(Aim(f"lead over {label}, mean of {', '.join(sets)}", "nDCG@10", lead, CLEARLY, "at least"))
    report.finish(asked.json)


def _applies(label: str, name: str) -> bool:
    return not (label == "stars per hour" and name == "hn")


def _row(
    label: str, quality: dict[str, dict[str, list[float]]], moments: dict[str, list[Moment]]
) -> dict[str, str | float]:
    row: dict[str, str | float] = {"formula": label}
    for name in SETS:
        if label not in quality[name]:
            row[name], row[f"ours minus it, {name}"] = "", ""
            continue
        row[name] = mean(quality[name][label])
        differences = [a - b for a, b in zip(quality[name]["ours"], quality[name][label], strict=True)]
        low, high = interval(differences, [moment.day for moment in moments[name]])
        row[f"ours minus it, {name}"] = f"{mean(differences):+.3f} [{low:+.3f}, {high:+.3f}]"
    return row


Order = Callable[[Sequence[Item]], list[Item]]


def _by(rule: Callable[[Item], float]) -> Order:
    return lambda items: sorted(items, key=lambda item: (-rule(item), item.lot))


def _with_quorum(items: Sequence[Item]) -> list[Item]:
    """The order of the page that Broadsheet itself makes."""
    return [items[row] for row in ranked(field(items))]


def field(items: Sequence[Item]) -> Field:
    """What Broadsheet orders the page by; of equal scores the lot decides."""
    told = [shipped(item) for item in items]
    lots = np.argsort(np.argsort([-item.lot for item in items]))
    scores, counts = np.array([total(one) for one in told]), np.array([votes(one) for one in told])
    heads = np.array([item.reading.count for item in items])
    return Field(lots.astype(np.int64), scores, counts, heads, np.zeros(len(items), dtype=np.int64))


def _quality(moments: Sequence[Moment], order: Order) -> list[float]:
    return [ndcg([log1p(item.gain) for item in order(moment.items)]) for moment in moments]


def ndcg(gains: Sequence[float], places: int = 10) -> float:
    """Return the nDCG of gains in their order; 1 where there is nothing to gain."""

    def dcg(values: Sequence[float]) -> float:
        return sum(value / log2(place + 2) for place, value in enumerate(values[:places]))

    best = dcg(sorted(gains, reverse=True))
    return dcg(gains) / best if best else 1.0


def interval(values: Sequence[float], days: Sequence[str]) -> tuple[float, float]:
    """Return the 95 % interval of the mean, from a bootstrap that draws whole days."""
    by_day: dict[str, list[float]] = defaultdict(list)
    for value, day in zip(values, days, strict=True):
        by_day[day].append(value)
    groups = [(sum(group), len(group)) for group in by_day.values()]
    random = Random(7)
    means = []
    for _ in range(RESAMPLES):
        drawn = random.choices(groups, k=len(groups))
        means.append(sum(total for total, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


if __name__ == "__main__":
    main()
