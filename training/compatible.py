"""How the next table stays comparable with the galleries of the one before, after three papers on just that.

An orthogonal layer (arXiv 2408.08793) turns the new space onto the old one, fitted when all is done or while training
goes on; extra dimensions (basis transformation, 2211.03989) let the new say what the old could not; fixed targets
(stationary representations, 2405.02581) bring two tables near to one another without either looking at the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.contrastive import pairs_loss
from training.measure import mean_ndcg
from training.projection import Matrix

SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
_REMEMBERED = 0.95  # of what earlier batches said of the turn


def procrustes(new: Matrix, old: Matrix) -> Matrix:
    """Return the matrix with orthonormal columns that brings `new` (n, wide) nearest to `old` (n, narrow).

    The orthogonal Procrustes problem (Schoenemann, 1966). A square one changes no cosine within the new space.
    """
    left, _, right = np.linalg.svd(new.T.astype(np.float64) @ old.astype(np.float64), full_matrices=False)
    return np.asarray(left @ right, np.float32)


def completed(turn: Matrix) -> Matrix:
    """Return a square orthogonal matrix whose first columns are those of `turn` (wide, narrow)."""
    wide, narrow = turn.shape
    rest = np.linalg.svd(turn, full_matrices=True)[0][:, narrow:]
    return np.concatenate([turn, rest.reshape(wide, wide - narrow)], axis=1)


class Anchor:
    """Pulls new vectors, seen through an orthogonal layer, to where an older table has its papers.

    `old` is (papers, dimension), the older table's unit vectors of the training papers. The layer is solved for at each
    step from what the batches so far say; a gradient never passes through it. If the new space is wider than the
    old one, its other dimensions are free.
    """

    def __init__(self, old: Matrix, weight: float, temperature: float) -> None:
        self._old, self._weight, self._temperature = old, weight, temperature
        self._moment: Matrix | None = None
        self.turn = np.eye(old.shape[1], dtype=np.float32)

    def loss(self, queries: Any, papers: Any, numbers: NDArray[np.int64]) -> Any:
        """Return how far new queries are from finding their papers in the old gallery, and new papers from old."""
        import torch

        old = self._old[numbers].astype(np.float32)
        self._solve(papers.detach().numpy(), old)
        turn, gallery = torch.from_numpy(self.turn), torch.from_numpy(old)
        asked = pairs_loss((queries @ turn) @ gallery.T / self._temperature)
        return self._weight * (asked + 1 - ((papers @ turn) * gallery).sum(1).mean())

    def _solve(self, new: Matrix, old: Matrix) -> None:
        seen = new.T @ old
        self._moment = seen if self._moment is None else _REMEMBERED * self._moment + seen
        left, _, right = np.linalg.svd(self._moment, full_matrices=False)
        self.turn = np.asarray(left @ right, np.float32)


def upgrade_figures(
    queries: Matrix,
    new: Matrix,
    old: Matrix,
    relevant: Sequence[Mapping[int, float]],
    seed: int,
    shares: Sequence[float] = SHARES,
) -> dict[str, float]:
    """Return nDCG@10 of new query vectors over one gallery of which a share is encoded anew, by share.

    `old` has no more dimensions than `new`; what it lacks is nought. The papers encoded anew are drawn at random,
    those of a smaller share among those of a larger.
    """
    order = np.random.default_rng(seed).permutation(len(new))
    padded = np.zeros_like(new)
    padded[:, : old.shape[1]] = old
    figures = {}
    for share in shares:
        gallery = padded.copy()
        anew = order[: round(share * len(new))]
        gallery[anew] = new[anew]
        figures[f"{share:.0%}"] = mean_ndcg(queries @ gallery.T, relevant)
    return figures
