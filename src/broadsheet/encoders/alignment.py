"""Scores of two encoders made comparable for one query, so that papers with and without a new vector rank in one list.

Which papers have both vectors is the caller's to know; here are numbers only.
The result is on the old encoder's scale, and rises with either score: within one encoder no order is ever turned round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

FEWEST: Final = 32  # papers with both scores: fewer tell nothing certain about how two scales lie
LEAST_WEIGHT: Final = 0.5
_NO_SPREAD: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Alignment:
    """`shift + old_slope * old + new_slope * new`: a paper's score out of its two cosines."""

    shift: float
    old_slope: float
    new_slope: float

    def scores(self, old: Scores, new: Scores) -> Scores:
        """Return the scores of papers that have both cosines; `old` and `new` are (n,)."""
        mixed: Scores = (self.shift + self.old_slope * old + self.new_slope * new).astype(np.float32)
        return mixed


OLD_ALONE: Final = Alignment(0.0, 1.0, 0.0)
NEW_ALONE: Final = Alignment(0.0, 0.0, 1.0)


def weight(share: float) -> float:
    """Return how much the new encoder counts once `share` (0 to 1) of the papers are re-encoded.

    Half at first: two encoders together rank better than either, which is what keeps small shares from falling below
    the old one. All in the end, so that changing over to the new encoder alone changes little.
    """
    return min(max(share, LEAST_WEIGHT), 1.0)


def fitted(old: NDArray[Any], new: NDArray[Any], share: float) -> Alignment:
    """Fit an alignment on the cosines of one query with a sample of papers, (n,) from each encoder.

    Both are taken as standard scores of the sample, mixed by `weight(share)`, and the mixture is given the mean and the
    spread of the old scores, so that it neither favours nor disfavours re-encoded papers among the others.
    With fewer than `FEWEST` papers, or a new encoder that tells none of them apart, the old scores stay as they are;
    where only the old one tells nothing apart, the new ones are taken as they are.
    """
    if len(old) < FEWEST:
        return OLD_ALONE
    old, new = old.astype(np.float64), new.astype(np.float64)
    old_spread, new_spread = float(old.std()), float(new.std())
    if new_spread < _NO_SPREAD:
        return OLD_ALONE
    if old_spread < _NO_SPREAD:
        return NEW_ALONE
    part = weight(share)
    old_part, new_part = (1 - part) / old_spread, part / new_spread
    mixture = old_part * old + new_part * new
    spread = float(mixture.std())
    if spread < _NO_SPREAD:  # the two encoders contradict each other wholly
        return OLD_ALONE
    slope = old_spread / spread
    return Alignment(float(old.mean() - slope * mixture.mean()), slope * old_part, slope * new_part)
