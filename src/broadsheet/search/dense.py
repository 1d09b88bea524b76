"""The meaning half of the index: 256 sign bits a paper, scanned whole, and int8 vectors that rescore the best exactly.

Which papers may be found is decided by the caller's mask. Codes and vectors are only read here.
The scan is not exact: see `RESCORED`.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeVar

import faiss
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from broadsheet.search.engine import Scores

BITS: Final = 256
# Of the static table's exact ten nearest among 100,000 papers, 91 % are found by rescoring 500, 95 % by 1,000 and 97 %
# by 2,000 (short titles as queries); random rotation and centring before taking signs made no difference or harm.
RESCORED: Final = 1_000
RESCORED_SHARE: Final = 400  # and one in so many rows: among millions the codes of more papers lie between
_SEED: Final = 20_260_115
_LEVELS: Final = 127
_MOST_SPARE: Final = 3  # a filter that leaves out more than three of four rows is scanned apart
_SPARE: Final = 64
_BLOCK: Final = 512  # rows scored at a time
_SAMPLED: Final = 64
_DEVIATIONS: Final = 3  # of chance, by which a sample may be wrong before the whole is scanned once more

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Byte = TypeVar("Byte", np.uint8, np.int8)


@cache
def one_thread_each() -> None:
    """Have numpy's algebra use the thread that asks, in this whole process; once is enough.

    OpenBLAS would share out even a product of a millisecond, and its threads then spin for tens of them on the core
    that the other half of a search waits for: at three million papers both halves took their sum, 15.4 ms, not 8.4.
    """
    threadpool_limits(1, user_api="blas")


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
        self._quantiser, self._live = quantiser, live
        self._codes, self._vectors, self._scales = codes, vectors, scales
        self._sample = _sampled(codes)

    def nearest(self, vector: Scores, limit: int, mask: Mask | None = None) -> tuple[Rows, Scores]:
        """Return the `limit` live rows within `mask` that lie nearest, best first, with exact cosines."""
        wanted = max(RESCORED, len(self._codes) // RESCORED_SHARE, limit)
        candidates = self._candidates(vector, wanted, self._live if mask is None else mask)
        cosines = self.cosines(vector, candidates)
        if len(candidates) > limit:  # sorting all of them would take longer than scoring them
            candidates, cosines = _best(candidates, cosines, limit)
        order = np.lexsort((candidates, -cosines))
        return candidates[order], cosines[order]

    def _candidates(self, vector: Scores, wanted: int, mask: Mask) -> Rows:
        """Return the `wanted` rows of the mask whose codes differ least from the vector's."""
        passing = int(np.count_nonzero(mask))
        if passing <= wanted:
            return np.flatnonzero(mask)
        asked = self._quantiser.codes(vector[None, :])
        spare = 0 if passing == len(mask) else wanted * (len(mask) - passing) // passing
        if spare <= _MOST_SPARE * wanted:
            # most rows pass: scanning all of them in place and passing over the others spares a copy
            near = _scanned(asked, self._codes, self._sample, min(wanted + spare + spare // 4 + _SPARE, len(mask)))
            near = near[mask[near]]
            if len(near) >= wanted:
                return near[:wanted]
        rows = np.flatnonzero(mask)
        codes = _gathered(self._codes, rows)
        return rows[_scanned(asked, codes, _sampled(codes), wanted)]

    def cosines(self, vector: Scores, rows: Rows) -> Scores:
        """Return the cosine of `vector` and each row."""
        products = np.empty(len(rows), np.float32)
        # In blocks that stay in a core's own cache as floats: all at once would be written to memory and read back.
        floats = np.empty((min(len(rows), _BLOCK), self._vectors.shape[1]), np.float32)
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            floats[: len(part)] = _gathered(self._vectors, part)
            np.matmul(floats[: len(part)], vector, out=products[start : start + _BLOCK])
        products *= self._scales[rows]
        return products

    def vector(self, row: int) -> Scores:
        """Return one row's vector, at unit length."""
        vector = self._vectors[row].astype(np.float32) * self._scales[row]
        length = float(np.linalg.norm(vector))
        return np.asarray(vector / length, np.float32) if length > 0 else vector


def _best(rows: Rows, scores: Scores, limit: int) -> tuple[Rows, Scores]:
    """Return the rows with the `limit` highest scores, in no order; of equal scores at the edge the lowest rows."""
    edge = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    above, equal = np.flatnonzero(scores > edge), np.flatnonzero(scores == edge)
    equal = equal[np.argsort(rows[equal], kind="stable")][: limit - len(above)]
    kept = np.concatenate([above, equal])
    return rows[kept], scores[kept]


def _sampled(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(codes[::_SAMPLED])


def _scanned(asked: NDArray[np.uint8], codes: NDArray[np.uint8], sample: NDArray[np.uint8], count: int) -> Rows:
    """Return the places of the `count` codes nearest to the one asked, nearest first, of equals the first ones.

    `sample` is one in `_SAMPLED` of the codes: it tells about how far the last of them lies, and collecting what lies
    within a distance takes three quarters of the time of keeping the best.
    """
    # OpenMP keeps this number for each thread of ours; a second thread on a busy machine costs far more than it saves
    faiss.omp_set_num_threads(1)
    expected = count * len(sample) / max(len(codes), 1)
    looked_at = int(expected + _DEVIATIONS * expected**0.5) + 1
    if looked_at < len(sample):
        distances, _ = faiss.knn_hamming(asked, sample, looked_at, variant="mc")
        places = _within(asked, codes, int(distances[0, -1]) + 1)
        if len(places) >= count:
            return places[:count]
    _, near = faiss.knn_hamming(asked, codes, count, variant="mc")
    nearest: Rows = near[0]
    return nearest


def _within(asked: NDArray[np.uint8], codes: NDArray[np.uint8], distance: int) -> Rows:
    """Return the places of all codes that differ in fewer bits than `distance`, nearest first."""
    found = faiss.RangeSearchResult(1)
    pointers = faiss.swig_ptr(asked), faiss.swig_ptr(codes)
    faiss.hamming_range_search(*pointers, 1, len(codes), distance, BITS // 8, found)  # type: ignore[attr-defined]
    count = int(faiss.rev_swig_ptr(found.lims, 2)[1])
    distances, places = faiss.rev_swig_ptr(found.distances, count), faiss.rev_swig_ptr(found.labels, count)
    nearest: Rows = places[np.argsort(distances.astype(np.uint16), kind="stable")]  # places come rising
    return nearest


def _gathered(table: NDArray[Byte], rows: Rows) -> NDArray[Byte]:
    """Return these rows of a table of bytes, copied as wholes: byte by byte takes several times as long."""
    width = table.shape[1]
    wholes = table.view(np.dtype((np.void, width)))[:, 0].take(rows)
    return wholes.view(table.dtype).reshape(-1, width)


def _rotation(dimension: int) -> Scores:
    """Return a fixed random (dimension, 256) matrix whose signs say most about angles: orthonormal where it can be."""
    chance: Any = np.random.default_rng(_SEED)
    square, _ = np.linalg.qr(chance.standard_normal((max(dimension, BITS), max(dimension, BITS))))
    turned: Scores = np.ascontiguousarray(square[:dimension, :BITS], np.float32)
    return turned
