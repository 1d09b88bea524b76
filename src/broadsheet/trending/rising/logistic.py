"""Logistic regression held back by a square penalty, by Newton's method: small and exact.

Columns are brought to mean 0 and spread 1 first, so that one penalty holds them all; a column that never changes
weighs nothing.
"""

from dataclasses import dataclass

import numpy as np

from broadsheet.trending.ranking import Floats

_STEPS = 50
_SMALL = 1e-8


@dataclass(frozen=True, slots=True)
class Linear:
    """Log-odds as a sum: `bias` of a paper whose columns are all usual, and what each column adds to it."""

    means: Floats
    spreads: Floats
    weights: Floats
    bias: float

    def terms(self, columns: Floats) -> Floats:
        """Return what each column of each row adds, in natural log-odds; `bias` is not among them."""
        return (columns - self.means) / self.spreads * self.weights

    def odds(self, columns: Floats) -> Floats:
        """Return the log-odds of each row."""
        found: Floats = self.bias + self.terms(columns).sum(axis=1)
        return found


def fitted(columns: Floats, labels: Floats, penalties: Floats) -> Linear:
    """Fit to labels of 0 and 1; `penalties` holds what each standardised column's squared weight costs, the bias none.

    Minimises sum of log-losses + 1/2 sum of penalty * weight². A label that is all one class gives weights of 0.
    """
    means, spreads = columns.mean(axis=0), columns.std(axis=0)
    spreads = np.where(spreads > _SMALL, spreads, 1.0)
    scaled = np.column_stack([np.ones(len(columns)), (columns - means) / spreads])
    ridge = np.concatenate([[_SMALL], penalties])
    weights = np.zeros(scaled.shape[1])
    for _ in range(_STEPS):
        chance = sigmoid(scaled @ weights)
        slope = scaled.T @ (chance - labels) + ridge * weights
        bend = (scaled.T * (chance * (1 - chance))) @ scaled + np.diag(ridge + _SMALL)
        step = np.linalg.solve(bend, slope)
        gain = float(slope @ step)
        if gain < _SMALL:
            break
        weights = _lower(scaled, labels, ridge, weights, step, gain)
    return Linear(means, spreads, weights[1:], float(weights[0]))


def _lower(scaled: Floats, labels: Floats, ridge: Floats, weights: Floats, step: Floats, gain: float) -> Floats:
    """Go along a step as far as it lowers the loss by a part of what it promises: a whole one may go too far."""
    loss, length = _loss(scaled, labels, ridge, weights), 1.0
    while length > _SMALL:
        lower: Floats = weights - length * step
        if _loss(scaled, labels, ridge, lower) <= loss - 0.1 * length * gain:
            return lower
        length /= 2
    return weights


def _loss(scaled: Floats, labels: Floats, ridge: Floats, weights: Floats) -> float:
    odds = scaled @ weights
    return float(np.sum(np.logaddexp(0, odds) - labels * odds) + 0.5 * np.sum(ridge * weights**2))


def sigmoid(odds: Floats) -> Floats:
    """Return chances for log-odds."""
    found: Floats = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    return found
