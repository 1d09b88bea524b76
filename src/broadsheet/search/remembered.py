"""An encoder that first looks whether a gallery has the vector already: what makes changing over cheap.

Texts that the gallery lacks are encoded as usual, so an index made with it holds every paper.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from broadsheet.encoders.encoder import Encoder, Vectors
from broadsheet.search.gallery import GalleryReader, text_key


class RememberedEncoder:
    """Encodes as `encoder` does, out of its gallery where it can."""

    def __init__(self, encoder: Encoder, gallery: GalleryReader) -> None:
        self._encoder, self._gallery = encoder, gallery
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension
        self._order = np.argsort(gallery.texts, kind="stable")
        self._keys = gallery.texts[self._order]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows; a text with no known term gives a zero row."""
        return self._encoder.encode_queries(texts)

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Vectors:
        """Return (n, dimension) unit rows for (title, abstract) pairs, remembered ones to eight bits."""
        keys = np.array([text_key(title, abstract) for title, abstract in papers], np.uint64)
        places = np.searchsorted(self._keys, keys)
        held = np.zeros(len(papers), np.bool_)
        inside = places < len(self._keys)
        held[inside] = self._keys[places[inside]] == keys[inside]
        vectors = np.zeros((len(papers), self.dimension), np.float32)
        vectors[held] = self._gallery.vectors(self._order[places[held]])
        lacking = np.flatnonzero(~held)
        if len(lacking):
            vectors[lacking] = self._encoder.encode_papers([papers[place] for place in lacking.tolist()])
        return vectors
