"""Whether two runs over the same queries differ by more than chance: paired, query by query.

What a run is and how it is measured is `evaluate`'s. A difference is told with its interval, never by p alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 10_000
_AT_ONCE: Final = 1_000
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of `b - a` over queries, the 95 % interval of that mean, and how often chance alone does as much."""

    mean: float
    low: float
    high: float
    p: float


def paired(a: Sequence[float], b: Sequence[float], draws: int = DRAWS) -> Difference:
    """Compare two figures of the same queries in the same order; raises `ValueError` for none, or unequal numbers.

    p is of the two-sided randomisation test (Smucker et al., CIKM 2007): each query's two figures are exchanged by the
    toss of a coin. The interval is of the bootstrap over queries (percentiles). Both draw from one fixed seed.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"a paired test needs the same queries on both sides, not {len(a)} and {len(b)}")
    differences = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    observed = float(differences.mean())
    chance = np.random.default_rng(_SEED)
    exchanged, resampled = [], []
    for _ in range(0, draws, _AT_ONCE):
        signs = chance.choice(np.array([-1.0, 1.0]), (_AT_ONCE, len(differences)))
        exchanged.append(signs @ differences / len(differences))
        resampled.append(differences[chance.integers(len(differences), size=signs.shape)].mean(axis=1))
    means: NDArray[np.float64] = np.concatenate(exchanged)
    low, high = np.percentile(np.concatenate(resampled), [2.5, 97.5])
    as_far = int(np.count_nonzero(np.abs(means) >= abs(observed) - 1e-12))
    return Difference(observed, float(low), float(high), (as_far + 1) / (len(means) + 1))
