"""Text to vectors; `load_encoder` is the way in."""

from broadsheet.encoders.encoder import Encoder, Vectors, coverage
from broadsheet.encoders.loader import load_encoder

__all__ = ["Encoder", "Vectors", "coverage", "load_encoder"]
