"""From float table to shipped table: a rotation that makes sign bits tell the most, then eight bits a number.

A rotation changes no cosine, so it is folded into the table and serving knows nothing of it.
"""

from __future__ import annotations

import numpy as np

from broadsheet.encoders.terms import Terms
from broadsheet.encoders.weights_file import StaticTable
from training.projection import Matrix

TURNS = 40


def sign_rotation(vectors: Matrix, seed: int, turns: int = TURNS) -> Matrix:
    """Return the orthogonal matrix that brings vectors nearest to their sign codes, from a random start.

    Iterative quantisation: codes and rotation are fitted in turn, the latter by Procrustes (Gong and Lazebnik, 2011).
    """
    dimension = vectors.shape[1]
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((dimension, dimension)))
    rotation = rotation.astype(np.float32)
    for _ in range(turns):
        codes = np.where(vectors @ rotation > 0, 1, -1).astype(np.float32)
        left, _, right = np.linalg.svd(vectors.T @ codes)
        rotation = (left @ right).astype(np.float32)
    return rotation


def quantised(name: str, terms: Terms, table: Matrix) -> StaticTable:
    """Return the int8 table: each row has its own scale, its largest number becoming 127; a zero row has scale 0."""
    scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
    rows = np.rint(table / np.where(scales == 0, 1, scales)[:, None]).astype(np.int8)
    return StaticTable(name, terms, scales, rows)


def restored(table: StaticTable) -> Matrix:
    """Return the float table that a quantised one stands for."""
    return table.rows.astype(np.float32) * table.scales[:, None]
