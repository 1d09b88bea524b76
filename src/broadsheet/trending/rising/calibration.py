"""How far chances can be believed: what was said beside what was seen, by tenths, with intervals.

Pure arithmetic over chances and what came of them; where they come from, and what follows, is `learning`'s matter.
"""

from dataclasses import dataclass

import numpy as np

from broadsheet.trending.ranking import Floats, Ints
from broadsheet.trending.rising.logistic import fitted

TENTHS = 10
_NORMAL = 1.959964  # 95 %
_LIGHT = 1e-3


@dataclass(frozen=True, slots=True)
class Group:
    """Some papers: how many, the mean chance that they were given, and how many came into their day's first tenth."""

    papers: int
    told: float
    first: int

    @property
    def seen(self) -> float:
        """The share that came into the first tenth; 0 of nobody."""
        return self.first / self.papers if self.papers else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of that share, after Wilson (1927); all of 0 to 1 for nobody."""
        if not self.papers:
            return 0.0, 1.0
        n, square = self.papers, _NORMAL**2
        middle = (self.first + square / 2) / (n + square)
        half = _NORMAL / (n + square) * np.sqrt(self.first * (n - self.first) / n + square / 4)
        return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def platt(odds: Floats, labels: Floats) -> tuple[float, float]:
    """Return slope and offset that make log-odds agree with labels that their fit had not seen (Platt, 1999)."""
    found = fitted(odds[:, None], labels, np.array([_LIGHT]))
    slope = float(found.weights[0] / found.spreads[0])
    return slope, found.bias - slope * float(found.means[0])


def group(chances: Floats, labels: Floats) -> Group:
    """Return papers as one group."""
    return Group(len(labels), float(chances.mean()) if len(labels) else 0.0, int(labels.sum()))


def by_tenths(chances: Floats, labels: Floats) -> tuple[Group, ...]:
    """Return ten groups of as good as one size, those with the smallest chances first."""
    order = np.argsort(chances, kind="stable")
    return tuple(group(chances[some], labels[some]) for some in np.array_split(order, TENTHS) if len(some))


def brier(chances: Floats | float, labels: Floats) -> float:
    """Return the mean squared error of chances: 0 is perfect (Brier, 1950)."""
    return float(np.mean((chances - labels) ** 2))


def average_precision(scores: Floats, labels: Floats) -> float:
    """Return the mean, over the papers of the first tenth, of the share of such among all that score as high.

    Papers of one score count as one step, so that an order that cannot tell papers apart gains nothing by chance.
    """
    if not labels.any():
        return 0.0
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    found = np.cumsum(labels[order])[last]
    precision = found / (np.flatnonzero(last) + 1)
    return float(np.sum(np.diff(np.concatenate([[0.0], found])) * precision) / labels.sum())


def lead(mine: Floats, other: Floats, labels: Floats, days: Ints, draws: int = 200) -> tuple[float, float]:
    """Return the 95 % interval of what one order's average precision has on another's: a bootstrap of whole days."""
    chance = np.random.default_rng(7)
    groups = [np.flatnonzero(days == day) for day in np.unique(days)]
    found = []
    for _ in range(draws):
        drawn = np.concatenate([groups[n] for n in chance.integers(0, len(groups), len(groups))])
        found.append(average_precision(mine[drawn], labels[drawn]) - average_precision(other[drawn], labels[drawn]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
