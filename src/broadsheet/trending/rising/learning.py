"""Learns, from what came of papers, the chance of a new one to come into its day's first tenth, and tries it out.

Time is cut in three: the first span teaches, the second calibrates and sets the bar, the third only judges. What a
span's papers came to must be settled before the next begins, so that nothing is known earlier than it could be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise

import numpy as np

from broadsheet.encoders.encoder import Encoder
from broadsheet.trending.ranking import Floats, Ints
from broadsheet.trending.rising import calibration, features
from broadsheet.trending.rising.calibration import Group
from broadsheet.trending.rising.logistic import Linear, fitted, sigmoid
from broadsheet.trending.rising.table import Outcome, Row, outcomes, settled

TAUGHT, CALIBRATED = 0.6, 0.8  # shares of the papers that come before the first cut, and before the second
FEWEST_TAUGHT, FEWEST_JUDGED = 30, 10  # papers of the first tenth that a span needs
MARKED = 0.05  # of the calibrated papers lie above the bar
PENALTY = 100.0  # on each column; 30 and 300 are equal within .003 of average precision on both sets
TEXT_PENALTY = 1_000.0  # on each dimension of the text; 100 to 3,000 are equal within .003
PARTS = 5  # of the first span, by time, for what a text foretells within it
_TINY = 1e-8


@dataclass(frozen=True, slots=True)
class Span:
    """Some days, both ends included, with how many papers they have and how many of them came into the first tenth."""

    since: date
    until: date
    papers: int
    first: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What the held-back span showed, beside saying the base rate of every paper, and beside the best author's past.

    `lead` is the 95 % interval of what its average precision has on that of the best author's past.
    """

    base: float
    brier: float
    brier_of_base: float
    precision: float
    precision_of_author: float
    lead: tuple[float, float]
    tenths: tuple[Group, ...]
    marked: Group

    @property
    def rate(self) -> float:
        """The share of all papers that came into the first tenth, which an order by lot has as average precision."""
        return sum(one.first for one in self.tenths) / max(1, sum(one.papers for one in self.tenths))


@dataclass(frozen=True, slots=True)
class TextModel:
    """What a text says: the doublings above its day that its vector foretells, as a sum over dimensions."""

    means: Floats
    weights: Floats

    def of(self, vectors: Floats) -> Floats:
        """Return it for each vector."""
        found: Floats = (vectors - self.means) @ self.weights
        return found


@dataclass(frozen=True, slots=True)
class Model:
    """Log-odds as a sum over columns, brought by `slope` and `offset` to what was seen; marks from `bar` upwards."""

    encoder: str
    text: TextModel
    linear: Linear
    slope: float
    offset: float
    bar: float

    def columns(self, known: Sequence[Outcome], asked: Sequence[Row], vectors: Floats) -> Floats:
        """Return the columns of papers, the one of the text last."""
        return np.column_stack([features.table(known, asked), self.text.of(vectors)])

    def chances(self, columns: Floats) -> Floats:
        """Return the chance of each row of columns to come into the first tenth."""
        return sigmoid(self.slope * self.linear.odds(columns) + self.offset)


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learnt at a moment, of which papers: a model with its trial, or neither where there is too little."""

    at: datetime
    spans: tuple[Span, ...]
    model: Model | None = None
    trial: Trial | None = None


def learned(rows: Sequence[Row], encoder: Encoder, now: datetime, cuts: tuple[date, date] | None = None) -> Fit:
    """Learn from the rows that are settled by `now`; `cuts` are the first days of the second and the third span.

    Without `cuts`, three fifths of the papers teach, a fifth calibrates, a fifth judges.
    """
    known = [one for one in outcomes(rows) if settled(one.row.day) <= now]
    parted = _parted(known, cuts or _cuts(known))
    spans = tuple(_span([known[n] for n in part]) for part in parted if len(part))
    if len(spans) < len(parted) or not _is_enough(spans):
        return Fit(now, spans)
    vectors = vectors_of([one.row for one in known], encoder)
    labels = np.array([float(one.first) for one in known])
    above = np.array([one.above for one in known])
    taught, calibrated, judged = parted
    text = _reading(vectors[taught], above[taught])
    columns = np.column_stack([features.table(known, [one.row for one in known]), text.of(vectors)])
    # What a text foretells of a paper that taught it would be its own outcome, in part.
    teaching = np.column_stack([columns[taught, :-1], _foretold(vectors[taught], above[taught])])
    linear = fitted(teaching, labels[taught], np.full(teaching.shape[1], PENALTY))
    slope, offset = calibration.platt(linear.odds(columns[calibrated]), labels[calibrated])
    chances = sigmoid(slope * linear.odds(columns) + offset)
    bar = float(np.quantile(chances[calibrated], 1 - MARKED))
    model = Model(encoder.fingerprint, text, linear, slope, offset, bar)
    base = float(labels[np.concatenate([taught, calibrated])].mean())
    days = np.array([one.row.day.toordinal() for one in known])
    return Fit(now, spans, model, _trial(chances[judged], labels[judged], columns[judged], days[judged], base, bar))


def vectors_of(rows: Sequence[Row], encoder: Encoder) -> Floats:
    """Return the vector of each row's text."""
    if not rows:
        return np.zeros((0, encoder.dimension))
    return encoder.encode_papers([(row.title, row.abstract) for row in rows]).astype(np.float64)


def _cuts(known: Sequence[Outcome]) -> tuple[date, date]:
    if not known:
        return date.min, date.min
    first, second = (known[int(share * len(known))].row.day for share in (TAUGHT, CALIBRATED))
    return first, second


def _parted(known: Sequence[Outcome], cuts: tuple[date, date]) -> tuple[Ints, ...]:
    """Return the places of each span's outcomes: those of its days that were settled before the next begins."""
    edges = (date.min, *cuts, date.max)
    found = []
    for since, until in pairwise(edges):
        end = datetime.combine(until, time(), UTC)
        its = [n for n, one in enumerate(known) if since <= one.row.day < until and settled(one.row.day) <= end]
        found.append(np.array(its, dtype=np.int64))
    return tuple(found)


def _span(known: Sequence[Outcome]) -> Span:
    return Span(known[0].row.day, known[-1].row.day, len(known), sum(one.first for one in known))


def _is_enough(spans: Sequence[Span]) -> bool:
    taught, *others = spans
    return taught.first >= FEWEST_TAUGHT and all(one.first >= FEWEST_JUDGED for one in others)


def _foretold(vectors: Floats, above: Floats) -> Floats:
    """Return for each text what those of the other parts of its span foretell of it, the span being cut in five.

    Leaving out the paper alone would tell of it: what all others have on the mean is the less the more it has itself.
    """
    found = np.zeros(len(vectors))
    for part in np.array_split(np.arange(len(vectors)), PARTS):
        others = np.setdiff1d(np.arange(len(vectors)), part)
        found[part] = _reading(vectors[others], above[others]).of(vectors[part])
    return found


def _reading(vectors: Floats, above: Floats) -> TextModel:
    """Fit doublings above the day to texts: ridge regression on columns of mean 0 and spread 1."""
    means, spreads = vectors.mean(axis=0), vectors.std(axis=0)
    spreads = np.where(spreads > _TINY, spreads, 1.0)
    scaled = (vectors - means) / spreads
    held = scaled.T @ scaled + TEXT_PENALTY * np.eye(scaled.shape[1])
    return TextModel(means, np.linalg.solve(held, scaled.T @ (above - above.mean())) / spreads)


def _trial(chances: Floats, labels: Floats, columns: Floats, days: Ints, base: float, bar: float) -> Trial:
    marked, of_author = chances >= bar, columns[:, features.BEST_AUTHOR]
    return Trial(
        base=base,
        brier=calibration.brier(chances, labels),
        brier_of_base=calibration.brier(base, labels),
        precision=calibration.average_precision(chances, labels),
        precision_of_author=calibration.average_precision(of_author, labels),
        lead=calibration.lead(chances, of_author, labels, days),
        tenths=calibration.by_tenths(chances, labels),
        marked=calibration.group(chances[marked], labels[marked]),
    )
