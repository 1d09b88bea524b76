"""The words of papers that tell a topic: which stems set them apart, how much each counts, which a paper shares.

How words and meaning become one score is `topics`' matter. Stems are those of the index, so whatever counts is found.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from broadsheet.search import words
from broadsheet.search.engine import Engine
from broadsheet.search.words import Stems

MOST_STEMS: Final = 48  # 96 rank no better
MOST_SHARED: Final = 3  # words named in a reason
_WORD: Final = re.compile(r"[^\W_]+")

Weights = Mapping[str, float]


def centroid(engine: Engine, texts: Sequence[str]) -> dict[str, float]:
    """Return the mean of the texts' tf-idf vectors, each of unit length: `(1 + ln count) * idf`, idf as BM25 has it."""
    analyser = words.english()
    counts = [Counter(analyser.analyze(words.spaced(text))) for text in texts]
    rarity = _rarity(engine, sorted({stem for own in counts for stem in own}))
    middle: defaultdict[str, float] = defaultdict(float)
    for own in counts:
        vector = {stem: (1 + math.log(count)) * rarity[stem] for stem, count in own.items()}
        length = math.hypot(*vector.values())
        for stem, weight in vector.items():
            middle[stem] += weight / length / len(texts)
    return dict(middle)


def between(one: Weights, other: Weights, weight: float) -> dict[str, float]:
    """Return the mean of two centroids in which the other has this weight, from 0 to 1."""
    both = {**one, **other}
    return {stem: (1 - weight) * one.get(stem, 0.0) + weight * other.get(stem, 0.0) for stem in both}


def telling(weights: Weights) -> dict[str, float]:
    """Return the `MOST_STEMS` that count most, the first by alphabet of equals."""
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MOST_STEMS])


def shared(text: str, weights: Weights, stems: Stems) -> tuple[str, ...]:
    """Return the words of a text whose stems count most, as the text first spells each, at most `MOST_SHARED`."""
    spelt: dict[str, str] = {}
    for word in _WORD.findall(text):
        for stem in _held(word, weights, stems):
            spelt.setdefault(stem, word)
    best = sorted(spelt, key=lambda stem: (-weights[stem], stem))
    return tuple(dict.fromkeys(spelt[stem] for stem in best))[:MOST_SHARED]


def _held(word: str, weights: Weights, stems: Stems) -> Iterable[str]:
    return (stem for stem in stems.of(word.lower()) if stem in weights)


def _rarity(engine: Engine, stems: Sequence[str]) -> dict[str, float]:
    """Return `ln(1 + (N - n + 0.5) / (n + 0.5))` for each stem, n of N papers holding it: never negative."""
    held = engine.frequencies(stems)
    total = np.maximum(len(engine), held)  # departed papers may still be counted
    return dict(zip(stems, np.log1p((total - held + 0.5) / (held + 0.5)).tolist(), strict=True))
