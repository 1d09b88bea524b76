"""One instance, wired: what it is made of, what it does again and again, its doors, and how it is put together."""

from broadsheet.app.instance import App
from broadsheet.app.parts import ENCODER_PATIENCE, connectors, encoder_of
from broadsheet.app.wiring import build

__all__ = ["ENCODER_PATIENCE", "App", "build", "connectors", "encoder_of"]
