"""Which encoders there are, by the name that the settings give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.weights_file import read_table
from broadsheet.errors import Invalid

WEIGHTS: Final = Path(__file__).parent / "weights" / "static.bin"


def _static() -> Encoder:
    return StaticEncoder(read_table(WEIGHTS))


_LOADERS: Final[Mapping[str, Callable[[], Encoder]]] = MappingProxyType({"static": _static})


def load_encoder(name: str) -> Encoder:
    """Return the encoder of that name; raise `Invalid` for an unknown one, `Unavailable` without sound weights."""
    if name not in _LOADERS:
        known = ", ".join(sorted(_LOADERS))
        raise Invalid(f'There is no encoder "{name}". Choose one of: {known}.', field="encoder", value=name)
    return _LOADERS[name]()
