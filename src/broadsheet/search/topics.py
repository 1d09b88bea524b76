"""Which papers belong to a topic that is told by words or by a few examples: near in meaning, beyond what chance gives.

The middle of the examples is a class mean without training (arXiv 2210.04428), set off against all papers: along ways
in which those differ anyway it counts less (a linear discriminant, its covariance drawn towards a ball as by Ledoit and
Wolf, 2004); their words are added, and then what comes nearest speaks with them (Rocchio, 1971, pseudo-relevance
feedback). A topic adds nothing to the index and changes no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Engine, Ids, Scores
from broadsheet.search.fusion import Ranking
from broadsheet.search.query import Query
from broadsheet.search.topic_words import Weights, between, centroid, telling

SAMPLE: Final = 2_000  # papers that stand for all
# Chosen on 80 phrases of 20,000 arXiv papers (`docs/search.md`): half of the middle taken away ranked best. At three
# deviations nearly half of what was taken in held the phrase itself; at two and a half a quarter did.
CALIBRATION: Final = 0.5
DEVIATIONS: Final = 3.0
# Of a sample large enough to tell how papers differ: chosen on every second workshop of `benchmarks.topic_quality`.
FEWEST_TO_TELL_APART: Final = 1_000
SHRINKAGE: Final = 0.8
DEVIATIONS_APART: Final = 3.5  # takes in as many papers as the other way, and more of the right ones
# Likewise chosen (`docs/search.md`): what words weigh beside meaning, each by its spread among papers at large, and how
# many papers speak with the examples.
WORDS: Final = 0.5
FED_BACK: Final = 10
COUNT_AS: Final = 2  # examples, all of them together
NEAR: Final = 100  # papers nearest in meaning among which those are sought; among all papers they are no better
DEVIATIONS_WITH_WORDS: Final = 4.25  # takes in about as many as meaning alone did, and more of the right ones
MOST_SCORED: Final = 2_000  # whose words are looked up: a collection's newest thousand take 1 ms, others up to 30
EVERY: Final = 4  # of the sample, whose words are looked at: looking up 2,000 papers' takes longer than all the rest

Texts = Callable[[Sequence[int]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Background:
    """How papers at large lie in one state of the collection: their middle, a sample of them, and what sets them apart.

    `inverse` is the inverse of their covariance, (dimension, dimension); None where the sample is too small for it.
    """

    middle: Scores
    sample: Ids
    inverse: NDArray[np.float32] | None = None

    @property
    def few(self) -> Ids:
        """Those of the sample whose words are looked at."""
        return self.sample[::EVERY]

    @classmethod
    def of(cls, engine: Engine) -> Background:
        """Take every n-th paper by date, so that the sample is the same for the same collection."""
        ids = engine.by_date(Query()).ids
        sample = ids[:: max(1, len(ids) // SAMPLE)]
        vectors = [vector for one in sample if (vector := _unit(engine.vector(int(one)))) is not None]
        middle = np.mean(vectors, axis=0) if vectors else engine.no_vector()
        inverse = inverse_of(np.array(vectors)) if len(vectors) >= FEWEST_TO_TELL_APART else None
        return cls(np.asarray(middle, np.float32), sample, inverse)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic is told by: where it lies, what each stem adds to a paper's BM25, and the score to be exceeded.

    `own` holds those of its stems that its examples hold themselves.
    """

    vector: Scores
    stems: Mapping[str, float]
    least: float
    own: frozenset[str] = frozenset()

    def shares(self, engine: Engine, ids: Ids) -> tuple[Scores, Scores]:
        """Return what words and meaning give each paper; its score is their sum."""
        text = engine.of_words(self.stems, ids) if self.stems else np.zeros(len(ids), np.float32)
        return text, engine.cosines(self.vector, ids)


def by_meaning(engine: Engine, background: Background, vectors: Sequence[Scores]) -> Topic | None:
    """Return the topic in whose middle `vectors` lie, told by meaning alone.

    None without a vector that says anything, or papers at large to compare with.
    """
    vector = middle_of(background, vectors)
    if vector is None or not len(background.sample):
        return None
    told_apart = background.inverse is not None and len(vectors) > 1
    least = _above(engine.cosines(vector, background.sample), DEVIATIONS_APART if told_apart else DEVIATIONS)
    return Topic(vector, {}, least)


def by_examples(engine: Engine, background: Background, examples: Sequence[int], texts: Texts) -> Topic | None:
    """Return the topic that these papers tell; by meaning alone where few papers are held or one of them says anything.

    `texts` gives papers' titles and abstracts. First the examples speak alone, then the `FED_BACK` papers nearest to
    them, all together as `COUNT_AS` further examples.
    """
    held = [vector for one in examples if (vector := engine.vector(one)) is not None]
    vectors = [vector for vector in held if vector.any()]
    if background.inverse is None or len(vectors) < 2:
        return by_meaning(engine, background, vectors)
    middle, stems = _middle(vectors), centroid(engine, texts(examples))
    first = _told(engine, background, middle, stems)
    near = _nearest_to(engine, first, examples)
    if not near:
        return replace(first, own=frozenset(stems).intersection(first.stems))
    about = _middle([vector for one in near if (vector := engine.vector(one)) is not None])
    weight = COUNT_AS / (len(vectors) + COUNT_AS)
    both = np.asarray((1 - weight) * middle + weight * about, np.float32)
    topic = _told(engine, background, both, between(stems, centroid(engine, texts(near)), weight))
    return replace(topic, own=frozenset(stems).intersection(topic.stems))


def belonging(engine: Engine, topic: Topic | None, among: Ids) -> Ranking:
    """Return which of `among` belong to a topic, nearest first: those whose score exceeds what it asks for.

    None farther in meaning than papers are on average belongs, whatever its words; of many `among` the `MOST_SCORED`
    nearest in meaning are looked at.
    """
    if topic is None or not len(among):
        return Ranking(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32))
    meaning = engine.cosines(topic.vector, among)
    ahead = np.flatnonzero(meaning > 0)
    near = among[ahead[np.lexsort((among[ahead], -meaning[ahead]))][:MOST_SCORED]]
    text, meaning = topic.shares(engine, near)
    score = text + meaning
    order = np.lexsort((near, -score))
    order = order[score[order] > topic.least]
    return Ranking(near[order], text[order], meaning[order])


def middle_of(background: Background, vectors: Sequence[Scores]) -> Scores | None:
    """Return the vector of the topic in whose middle `vectors` lie; None where none of them says anything."""
    units = [unit for one in vectors if (unit := _unit(one)) is not None]
    if not units:
        return None
    if len(units) == 1:
        return units[0]
    middle = np.mean(units, axis=0)
    if background.inverse is None:
        return np.asarray(middle - CALIBRATION * background.middle, np.float32)
    return _set_off(background, middle)


def _told(engine: Engine, background: Background, middle: Scores, stems: Weights) -> Topic:
    """Return the topic of a middle and of stems, whose weights are scaled to what meaning gives papers at large."""
    vector, chosen = _set_off(background, middle), telling(stems)
    few = background.few
    meaning, text = engine.cosines(vector, few), engine.of_words(chosen, few)
    spread = float(text.std())
    share = WORDS * float(meaning.std()) / spread if spread > 0 else 0.0
    scaled = {stem: share * weight for stem, weight in chosen.items() if share > 0}
    return Topic(vector, scaled, _above(meaning + share * text, DEVIATIONS_WITH_WORDS))


def _nearest_to(engine: Engine, topic: Topic, examples: Sequence[int]) -> list[int]:
    """Return the papers with the best scores besides the examples, sought among those nearest in meaning."""
    ids = engine.by_meaning(Query(), topic.vector, NEAR + len(examples)).ids
    ids = ids[~np.isin(ids, np.array(examples, np.int64))]
    text, meaning = topic.shares(engine, ids)
    best: list[int] = ids[np.lexsort((ids, -(text + meaning)))][:FED_BACK].tolist()
    return best


def _set_off(background: Background, middle: Scores) -> Scores:
    """Return the unit vector of the discriminant between a middle and papers at large; zeros where they are one."""
    assert background.inverse is not None  # noqa: S101 - the caller looked
    away = np.asarray(background.inverse @ (middle - background.middle), np.float32)
    unit = _unit(away)
    return away if unit is None else unit


def _middle(vectors: Sequence[Scores]) -> Scores:
    return np.asarray(np.mean([unit for one in vectors if (unit := _unit(one)) is not None], axis=0), np.float32)


def _above(scores: Scores, deviations: float) -> float:
    return max(float(scores.mean() + deviations * scores.std()), 0.0)


def inverse_of(vectors: Scores) -> NDArray[np.float32]:
    """Return the inverse of the covariance of (n, dimension) vectors, mixed with the ball of the same spread."""
    dimension = vectors.shape[1]
    covariance = np.cov(vectors.T)
    spread = max(float(np.trace(covariance)) / dimension, float(np.finfo(np.float32).tiny))
    drawn = (1 - SHRINKAGE) * covariance / spread + SHRINKAGE * np.eye(dimension)
    return np.linalg.inv(drawn).astype(np.float32)


def nearest(engine: Engine, paper_id: int, examples: NDArray[np.int64]) -> int | None:
    """Return the example to which a paper lies nearest, None where nothing is known of it."""
    vector = engine.vector(paper_id)
    if vector is None or not len(examples):
        return None
    return int(examples[int(np.argmax(engine.cosines(vector, examples)))])


def _unit(vector: Scores | None) -> Scores | None:
    length = 0.0 if vector is None else float(np.linalg.norm(vector))
    return np.asarray(vector / length, np.float32) if vector is not None and length > 0 else None
