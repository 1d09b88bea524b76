"""Which encoders there are, by the name that the settings give them; heavy libraries wait until one is asked for.

An address is asked only through the client that the caller hands in; every other encoder is read from this machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.endpoint import Access, EndpointEncoder
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.weights_file import read_table
from broadsheet.errors import Invalid

WEIGHTS: Final = Path(__file__).parent / "weights" / "static.bin"
CHOICES: Final = "static, onnx, onnx-plain, onnx:FOLDER with a model, the path of a static table, or http://…/v1"
_PACKAGED: Final = {"onnx": False, "onnx-plain": True}  # whether MiniLM is as it came
_FOLDER: Final = "onnx:"


def load_encoder(name: str, access: Access | None = None, cores: int = 1) -> Encoder:
    """Return the encoder of that name; only with `access` may that be an address.

    Papers may be shared out over so many `cores` where an encoder takes its time.
    Raises `Invalid` for an unknown one, `Unavailable` without sound weights or an answer.
    """
    if access and name.startswith(("http://", "https://")):
        return EndpointEncoder(name, access)
    if name == "static":
        return StaticEncoder(read_table(WEIGHTS))
    if name in _PACKAGED or name.startswith(_FOLDER):
        from broadsheet.encoders import onnx  # whoever does not ask for it does not wait for it

        if name in _PACKAGED:
            return onnx.load_packaged(_PACKAGED[name], cores)
        return onnx.load_folder(Path(name.removeprefix(_FOLDER)), cores)
    if Path(name).is_file():
        return StaticEncoder(read_table(Path(name)))
    raise Invalid(f'There is no encoder "{name}". Choose one of: {CHOICES}.', field="encoder", value=name)
