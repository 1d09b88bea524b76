"""Categories, sources, artefacts and dates of the indexed papers, as numbers: exact filters and counts over any set.

Words, phrases, titles and authors are Tantivy's. A label is `kind:value`, its number is its line in their file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.papers.paper import Paper, artefact_kinds
from broadsheet.search import words
from broadsheet.search.dense import Mask, Rows
from broadsheet.search.engine import Facets
from broadsheet.search.lexical import prefixes
from broadsheet.search.query import Filters

_EPOCH: Final = date(1970, 1, 1).toordinal()
KINDS: Final = ("category", "source", "artefact")
KEPT: Final = 32  # filters remembered: of three million papers each takes 20 ms to work out and 375 kB to keep


def labels_of(paper: Paper) -> list[str]:
    """Return a paper's labels, each once."""
    named = (
        ("category", paper.categories),
        ("source", paper.sources),
        ("artefact", artefact_kinds(paper.artefacts)),
    )
    return list(dict.fromkeys(f"{kind}:{_one_line(value)}" for kind, values in named for value in values))


class Labels:
    """The labels and days of every row of one state of the index."""

    def __init__(self, pairs: NDArray[Any], names: Sequence[str], days: NDArray[np.int32]) -> None:
        """Take (row, label number) pairs sorted by row, the labels by number, and a day for each row."""
        self._rows, self._numbers = pairs["row"], pairs["label"]
        self._names, self.days = names, days
        self._starts = np.zeros(len(days) + 1, np.uint32)
        np.cumsum(np.bincount(self._rows, minlength=len(days)), out=self._starts[1:])
        self._kept: dict[Filters, NDArray[np.uint8]] = {}
        self._lock = Lock()
        self._split = [(kind, value) for kind, _, value in (name.partition(":") for name in names)]
        self._by_value = np.array(sorted(range(len(names)), key=lambda number: self._split[number][1]), np.int64)
        self._matching: dict[str, list[int]] = {}
        for number, (kind, value) in enumerate(self._split):
            for term in prefixes(words.label(value)) if kind == "category" else (words.label(value),):
                self._matching.setdefault(f"{kind}:{term}", []).append(number)

    def mask(self, filters: Filters) -> Mask | None:
        """Return which rows pass the filters, authors and titles aside; None where all do."""
        filters = replace(filters, authors=(), titles=())
        if not filters:
            return None
        with self._lock:
            packed = self._kept.get(filters)
        if packed is None:
            packed = np.packbits(self._passing(filters))
            with self._lock:
                while len(self._kept) >= KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[filters] = packed
        return np.unpackbits(packed, count=len(self.days)).view(np.bool_)

    def _passing(self, filters: Filters) -> Mask:
        groups = [_asked("category", filters.categories), _asked("source", filters.sources)]
        groups += [_asked("artefact", (value,)) for value in filters.artefacts]
        masks = [self._bearing(group) for group in groups if group]
        if filters.since or filters.until:
            masks.append(self._between(filters.since, filters.until))
        mask: Mask = np.logical_and.reduce(masks)
        return mask

    def facets(self, rows: Rows) -> Facets:
        """Count years and labels over these rows."""
        starts = self._starts[rows].astype(np.int64)
        lengths = self._starts[rows + 1] - starts
        offsets = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        counts = np.bincount(self._numbers[np.repeat(starts, lengths) + offsets], minlength=len(self._names))
        counted = self._by_value[counts[self._by_value] > 0]
        counted = counted[np.argsort(-counts[counted], kind="stable")]
        held: dict[str, list[tuple[str, int]]] = {kind: [] for kind in KINDS}
        for number, count in zip(counted.tolist(), counts[counted].tolist(), strict=True):
            kind, value = self._split[number]
            held[kind].append((value, count))
        return Facets(years_of(self.days[rows]), *(held[kind] for kind in KINDS))

    def _bearing(self, labels: Iterable[str]) -> Mask:
        wanted = np.zeros(len(self._names) + 1, np.bool_)
        for label in labels:
            wanted[self._matching.get(label, [])] = True
        mask = np.zeros(len(self.days), np.bool_)
        mask[self._rows[wanted[self._numbers]]] = True
        return mask

    def _between(self, since: date | None, until: date | None) -> Mask:
        first = since.toordinal() if since else 1
        last = until.toordinal() if until else date.max.toordinal()
        mask: Mask = (self.days >= first) & (self.days <= last)
        return mask


def years_of(days: NDArray[np.int32]) -> list[tuple[str, int]]:
    """Count ordinal days by year, newest first; undated papers count nowhere."""
    since_epoch = (days[days > 0].astype(np.int64) - _EPOCH).astype("datetime64[D]")
    counts = np.bincount(since_epoch.astype("datetime64[Y]").astype(np.int64) + 1970)
    return [(str(year), int(counts[year])) for year in np.flatnonzero(counts)[::-1].tolist()]


def _asked(kind: str, values: Iterable[str]) -> list[str]:
    return [f"{kind}:{words.label(value)}" for value in values]


def _one_line(value: str) -> str:
    return " ".join(value.split())
