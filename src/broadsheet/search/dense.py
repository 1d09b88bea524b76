"""The meaning half of the index: 256 sign bits a paper, scanned whole, and int8 vectors that rescore the best exactly.

Which papers may be found is decided by the caller's mask. Codes and vectors are only read here.
Scanning codes and rescoring 500 finds what exact search finds but for about one in a hundred of the top ten.
"""

from __future__ import annotations

from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Scores

BITS: Final = 256
RESCORED: Final = 500
_SEED: Final = 20_260_115
_LEVELS: Final = 127

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Quantiser:
    """Turns unit vectors into sign codes, and into int8 with one scale a row."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._rotation = None if dimension == BITS else _rotation(dimension)

    def codes(self, vectors: Scores) -> NDArray[np.uint8]:
        """Return (n, 32) bytes: the sign of each of 256 coordinates."""
        turned = vectors if self._rotation is None else vectors @ self._rotation
        return np.packbits(turned > 0, axis=1)

    def bytes_of(self, vectors: Scores) -> tuple[NDArray[np.int8], Scores]:
        """Return (n, dimension) int8 and (n,) float32 so that `int8 * scale` is nearly the vector."""
        scales = np.abs(vectors).max(axis=1, initial=0.0).astype(np.float32) / _LEVELS
        safe = np.where(scales > 0, scales, 1)
        return np.rint(vectors / safe[:, None]).astype(np.int8), scales


class Gallery:
    """The codes and vectors of one state of the index; rows are positions in them."""

    def __init__(
        self, quantiser: Quantiser, codes: NDArray[np.uint8], vectors: NDArray[np.int8], scales: Scores, live: Mask
    ) -> None:
        self._quantiser = quantiser
        self._codes, self._vectors, self._scales = codes, vectors, scales
        dead = len(live) - int(live.sum())
        self._live: Rows | None = np.flatnonzero(live) if dead else None
        # a few dead rows are scanned with the others and passed over; many are worth a copy without them
        self._living_codes = codes[self._live] if self._live is not None else codes

    def nearest(self, vector: Scores, limit: int, mask: Mask | None = None) -> tuple[Rows, Scores]:
        """Return the `limit` live rows within `mask` that lie nearest, best first, with exact cosines."""
        wanted = max(RESCORED, limit)
        if mask is None:
            codes, rows = self._living_codes, self._live
        else:
            rows = np.flatnonzero(mask)
            codes = self._codes[rows] if len(rows) > wanted else self._codes[:0]
        if rows is not None and len(rows) <= wanted:
            candidates = rows
        elif len(codes) <= wanted:
            candidates = np.arange(len(codes))
        else:
            asked = self._quantiser.codes(vector[None, :])
            _, near = faiss.knn_hamming(asked, codes, wanted, variant="hc")
            candidates = near[0] if rows is None else rows[near[0]]
        cosines = self.cosines(vector, candidates)
        best = np.lexsort((candidates, -cosines))[:limit]
        return candidates[best], cosines[best]

    def cosines(self, vector: Scores, rows: Rows) -> Scores:
        """Return the cosine of `vector` and each row."""
        products: Scores = (self._vectors[rows].astype(np.float32) @ vector) * self._scales[rows]
        return products

    def vector(self, row: int) -> Scores:
        """Return one row's vector, at unit length."""
        vector = self._vectors[row].astype(np.float32) * self._scales[row]
        length = float(np.linalg.norm(vector))
        return np.asarray(vector / length, np.float32) if length > 0 else vector


def one_thread() -> None:
    """Keep faiss from waiting for a second thread: on a busy machine that costs forty times what it saves."""
    faiss.omp_set_num_threads(1)


def _rotation(dimension: int) -> Scores:
    """Return a fixed random (dimension, 256) matrix whose signs say most about angles: orthonormal where it can be."""
    chance: Any = np.random.default_rng(_SEED)
    square, _ = np.linalg.qr(chance.standard_normal((max(dimension, BITS), max(dimension, BITS))))
    turned: Scores = np.ascontiguousarray(square[:dimension, :BITS], np.float32)
    return turned
