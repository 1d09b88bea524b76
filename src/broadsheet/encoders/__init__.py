"""Text to vectors; `load_encoder` is the way in."""

from broadsheet.encoders.encoder import Encoder, Vectors
from broadsheet.encoders.loader import load_encoder

__all__ = ["Encoder", "Vectors", "load_encoder"]
