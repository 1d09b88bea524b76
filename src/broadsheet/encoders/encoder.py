"""What every encoder promises: text in, unit vectors out.

Two vectors may be compared only when they come from one `fingerprint`; whoever stores vectors stores it beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns queries and papers into vectors of one space, so that their inner product is their cosine."""

    @property
    def name(self) -> str:
        """Kind and version for people, such as "static-1"."""
        ...

    @property
    def fingerprint(self) -> str:
        """Short hash of the weights: another one means other vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows; a text with no known term gives a zero row."""
        ...

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Vectors:
        """Return (n, dimension) unit rows for (title, abstract) pairs; a paper with no known term gives a zero row."""
        ...


def paper_text(title: str, abstract: str) -> str:
    """Return a paper as one text: "title. abstract"."""
    return ". ".join(part for part in (title.strip(), abstract.strip()) if part)


@runtime_checkable
class Vocabulary(Protocol):
    """An encoder that knows some words and not others; one that reads any text alike need not say so."""

    def coverage(self, text: str) -> float:
        """Return the share of the text's telling words that are known, 0 to 1; 1 for a text without any."""
        ...


def coverage(encoder: Encoder, text: str) -> float:
    """Return how much of a text the encoder knows: 1 for one that has no vocabulary of words."""
    return encoder.coverage(text) if isinstance(encoder, Vocabulary) else 1.0
