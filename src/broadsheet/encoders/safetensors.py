"""Reads a model's weights from a safetensors file: a length, a JSON header, then the numbers, mapped into memory.

A file is refused unless its header, its length and its tensors agree; nothing is read on trust.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.errors import Unavailable

_LENGTH: Final = 8
_LONGEST_HEADER: Final = 10_000_000
_TYPES: Final[Mapping[str, np.dtype[Any]]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


def read_safetensors(path: Path) -> Mapping[str, NDArray[Any]]:
    """Return the tensors of float32 and float16 by name, read-only; others are passed over.

    Raises `Unavailable` for a file that is missing, cut or no such file.
    """
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise unusable(path, "cannot be read") from error
    header_bytes = int.from_bytes(whole[:_LENGTH], "little")
    if not 2 <= header_bytes <= min(_LONGEST_HEADER, len(whole) - _LENGTH):
        raise unusable(path, "is not a safetensors file, or is cut off")
    data = whole[_LENGTH + header_bytes :]
    try:
        header = json.loads(bytes(whole[_LENGTH : _LENGTH + header_bytes]))
        described = {name: about for name, about in header.items() if name != "__metadata__"}
        end = max((about["data_offsets"][1] for about in described.values()), default=0)
        if len(data) != end:
            raise unusable(path, f"holds {len(data):,} bytes of weights instead of {end:,}")
        return {name: _tensor(data, about) for name, about in described.items() if about["dtype"] in _TYPES}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise unusable(path, "has a damaged header") from error


def unusable(path: Path, fault: str) -> Unavailable:
    """Return the error for weights that cannot be used, with the remedy."""
    return Unavailable(
        f"The encoder's weights {path.name} in {path.parent} {fault}. Fetch or install them again.", value=str(path)
    )


def _tensor(data: memoryview, about: Mapping[str, Any]) -> NDArray[Any]:
    kind, shape, (start, end) = _TYPES[about["dtype"]], about["shape"], about["data_offsets"]
    if end - start != prod(shape) * kind.itemsize:
        raise ValueError("a tensor's shape and its bytes disagree")
    tensor: NDArray[Any] = np.frombuffer(data[start:end], kind).reshape(shape)
    return tensor
