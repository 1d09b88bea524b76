"""The order of a page: by score, but no place among the first ten for a paper that hardly anybody voted for.

Scores are `formula`'s matter. The quorum only ever moves a paper behind others; it never lifts one that is too old to
be a candidate, and where there are no votes at all it changes nothing. One loud source leaves places to others, as
long as those have votes enough.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.trending.formula import LOUD_PLACES, QUORUM, QUORUM_PLACES, RING_VOTES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Field:
    """What a page is ordered by, one row a paper: `votes` in units of a usual paper's, `heads` as they were counted.

    The `voice` is what its score rests on: the kind most of its votes are of, else the source that told of it.
    """

    ids: Ints
    scores: Floats
    votes: Floats
    heads: Floats
    voices: Ints


def ranked(field: Field, rows: Ints | None = None) -> Ints:
    """Return all rows, or these, in the page's order; of equal scores the paper that came last stands first."""
    chosen = np.arange(len(field.ids)) if rows is None else rows
    by_score = chosen[np.lexsort((-field.ids[chosen], -field.scores[chosen]))]
    first = _first(_fit(field.votes[by_score], field.heads[by_score]), field.voices[by_score])
    rest = np.ones(len(by_score), dtype=bool)
    rest[first] = False
    return np.concatenate([by_score[first], by_score[rest]])


def _fit(votes: Floats, heads: Floats) -> Ints:
    """Return the rows that reach the quorum: enough beside the present first ten, and more than a ring of fifty."""
    present = np.flatnonzero(votes > 0)[:QUORUM_PLACES]
    if not len(present):
        return np.arange(len(votes))
    least = min(RING_VOTES, float(np.median(heads[present])) / 2)
    return np.flatnonzero((votes >= QUORUM * float(np.median(votes[present]))) & (heads >= least))


def _first(fit: Ints, voices: Ints) -> list[int]:
    """Take the first places: no voice takes more than its share of them while another has a paper for one."""
    heard: Counter[int] = Counter()
    taken: list[int] = []
    for place in _until_full(fit, voices):
        if heard[int(voices[place])] < LOUD_PLACES:
            heard[int(voices[place])] += 1
            taken.append(place)
    left = (place for place in map(int, fit) if place not in taken)
    for place in left:
        if len(taken) >= QUORUM_PLACES:
            break
        taken.append(place)
    return sorted(taken[:QUORUM_PLACES])


def _until_full(fit: Ints, voices: Ints) -> Iterable[int]:
    """Yield the best of each voice that can matter, in order of score."""
    best = [fit[np.flatnonzero(voices[fit] == voice)[:QUORUM_PLACES]] for voice in np.unique(voices[fit])]
    merged = np.sort(np.concatenate(best)) if best else fit
    return map(int, merged)
