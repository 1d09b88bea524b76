"""How well a topic told by a few example papers finds its other papers, beside what arxiv-sanity-lite does.

Topics are workshops of the ACL Anthology, whose papers people chose; examples are drawn by a fixed chance, and all
other papers are ranked. The peer is its own recipe: words and pairs of words by tf-idf, and a linear SVM for each topic
that sets the examples against everything else (scikit-learn; left out without it). Texts are titles and abstracts.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Aim, Report, arguments, command
from broadsheet.encoders.loader import load_encoder
from broadsheet.search.engine import Engine
from broadsheet.search.judged import JudgedSet, indexed
from broadsheet.search.topics import Background, Texts, belonging, by_examples
from training.sets import workshops

EXAMPLES = (3, 5)
FEWEST = 10  # papers of a topic, so that some are left to find
TOPICS, QUICK_TOPICS = 200, 20
SEED = 1
OURS, PEER = "ours", "tf-idf and SVM"
TAKEN_IN = ("precision", "recall", "papers taken in")
HEADS = ("examples", "topics", "which", "way", "average precision", "95 % of it", *TAKEN_IN)
# Our constants were chosen on every second topic: the others tell how well that carries over.
PARTS = {"all": slice(None), "not chosen on": slice(1, None, 2)}

Scores = NDArray[np.float64]
Way = Callable[[Sequence[int]], Scores]  # places of examples in, a score for every paper out


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    report = Report("topic_quality", "Topics from a few examples", command("topic_quality"))
    judged = next(workshops(asked.data / "corpora"))
    topics = list(_topics(judged))[: QUICK_TOPICS if asked.quick else TOPICS]
    with indexed(judged, load_encoder("static")) as engine:
        background = Background.of(engine)
        texts = _texts(judged)
        ways = {OURS: _ours(engine, background, texts)}
        if find_spec("sklearn") is None:
            print("The peer is left out: install scikit-learn for it.", file=sys.stderr)
        else:
            ways[PEER] = _peer(judged)
        for count in EXAMPLES:
            _measure(report, topics, count, ways, lambda examples: _taken(engine, background, texts, examples))
    report.finish(asked.json)


def _topics(judged: JudgedSet) -> Iterator[list[int]]:
    """Yield the places of each topic's papers, in an order of chance."""
    places = {str(line["id"]): at for at, line in enumerate(judged.documents)}
    chance = Random(SEED)
    for wanted in judged.judged.values():
        papers = sorted(places[name] for name in wanted)
        chance.shuffle(papers)
        if len(papers) >= FEWEST:
            yield papers


def _measure(
    report: Report,
    topics: Sequence[Sequence[int]],
    count: int,
    ways: dict[str, Way],
    taken: Callable[[Sequence[int]], set[int]],
) -> None:
    found: dict[str, list[float]] = {name: [] for name in ways}
    shares = []
    for papers in topics:
        examples, wanted = papers[:count], set(papers[count:])
        for name, way in ways.items():
            found[name].append(average_precision(way(examples), examples, wanted))
        told = taken(examples) - set(examples)
        shares.append((len(told & wanted) / max(1, len(told)), len(told & wanted) / len(wanted), len(told)))
    scores = {name: np.array(own) for name, own in found.items()}
    for which, part in PARTS.items():
        head = {"examples": count, "topics": len(topics[part]), "which": which}
        belong = dict(zip(TAKEN_IN, np.mean(shares[part], axis=0), strict=True))
        report.rows += [
            _row(head | {"way": name, "average precision": float(own[part].mean())} | (belong if name == OURS else {}))
            for name, own in scores.items()
        ]
        if PEER in scores:
            _compare(report, head, scores[OURS][part], scores[PEER][part])


def _compare(report: Report, head: dict[str, Any], ours: Scores, peer: Scores) -> None:
    low, high = _interval(ours - peer)
    row = {"way": "ours minus the peer's", "average precision": float((ours - peer).mean())}
    report.rows.append(_row(head | row | {"95 % of it": f"{low:+.3f} to {high:+.3f}"}))
    name = f"average precision from {head['examples']} examples, {head['which']}"
    measured, beside = float(ours.mean()), float(peer.mean())
    report.aims.append(Aim(name, "", measured, beside, "at least", PEER, beside))


def _row(told: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(HEADS) | told


def average_precision(scores: Scores, examples: Sequence[int], wanted: set[int]) -> float:
    """Return the mean of the precision at each wanted paper, the examples left out of the ranking."""
    order = np.argsort(-scores, kind="stable")
    order = order[~np.isin(order, examples)]
    hits = np.flatnonzero(np.isin(order, list(wanted)))
    return float(np.mean(np.arange(1, len(hits) + 1) / (hits + 1)))


def _ours(engine: Engine, background: Background, texts: Texts) -> Way:
    ids = np.arange(1, len(engine) + 1, dtype=np.int64)

    def way(examples: Sequence[int]) -> Scores:
        topic = by_examples(engine, background, [at + 1 for at in examples], texts)
        return np.zeros(len(ids)) if topic is None else np.sum(topic.shares(engine, ids), axis=0, dtype=np.float64)

    return way


def _taken(engine: Engine, background: Background, texts: Texts, examples: Sequence[int]) -> set[int]:
    """Return the places of the papers that the product would send: those far enough above papers at large."""
    topic = by_examples(engine, background, [at + 1 for at in examples], texts)
    return {int(one) - 1 for one in belonging(engine, topic, np.arange(1, len(engine) + 1, dtype=np.int64)).ids}


def _texts(judged: JudgedSet) -> Texts:
    documents = judged.documents
    return lambda ids: [f"{documents[one - 1]['title']}\n{documents[one - 1]['text']}" for one in ids]


def _peer(judged: JudgedSet) -> Way:
    """Return what arxiv-sanity-lite computes: its features, and its SVM with its settings."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    features = TfidfVectorizer(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",  # noqa: S106 - a pattern of words, no secret
        ngram_range=(1, 2),
        max_features=20_000,
        sublinear_tf=True,
        max_df=0.1,
        min_df=5,
    ).fit_transform(f"{line['title']} {line['text']}" for line in judged.documents)

    def way(examples: Sequence[int]) -> Scores:
        labels = np.zeros(features.shape[0])
        labels[list(examples)] = 1
        model = LinearSVC(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01)
        scores: Scores = model.fit(features, labels).decision_function(features)
        return scores

    return way


def _interval(differences: Scores) -> tuple[float, float]:
    """Return the 95 % interval of the mean by drawing topics again 2,000 times."""
    chance = np.random.default_rng(SEED)
    means = chance.choice(differences, (2_000, len(differences))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


if __name__ == "__main__":
    main()
