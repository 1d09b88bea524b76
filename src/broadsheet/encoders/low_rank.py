"""Adds to a network's weights what a field taught it: for each linear step the product of two thin matrices (LoRA).

Making such a file is `training.adapter`'s; turning the sum into int8 is `bert`'s. A change belongs to the weights that
it was learned on: one whose sizes or steps do not fit is refused, and nothing of it is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.safetensors import read_safetensors, unusable


def changed(weights: Mapping[str, NDArray[Any]], path: Path) -> Mapping[str, NDArray[Any]]:
    """Return the weights with `NAME.b @ NAME.a` added to `NAME.weight` for every NAME of the file (arXiv 2106.09685).

    Raises `Unavailable` for a file that is damaged, holds half of a pair, or does not fit these weights.
    """
    parts = read_safetensors(path)
    steps = {name.removesuffix(".a").removesuffix(".b") for name in parts}
    if not steps or set(parts) != {f"{step}{end}" for step in steps for end in (".a", ".b")}:
        raise unusable(path, "hold no pairs of matrices")
    sums = {name: _sum(weights, name, parts, step, path) for step in steps for name in [f"{step}.weight"]}
    return {**weights, **sums}


def _sum(
    weights: Mapping[str, NDArray[Any]], name: str, parts: Mapping[str, NDArray[Any]], step: str, path: Path
) -> NDArray[np.float32]:
    into, out = parts[f"{step}.a"].astype(np.float32), parts[f"{step}.b"].astype(np.float32)
    whole = weights.get(name)
    fits = into.ndim == out.ndim == 2 and out.shape[1] == into.shape[0]
    if whole is None or not fits or whole.shape != (out.shape[0], into.shape[1]):
        raise unusable(path, f"do not fit the network's {step}")
    added: NDArray[np.float32] = whole.astype(np.float32) + out @ into
    return added
