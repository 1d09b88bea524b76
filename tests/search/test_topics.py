from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from broadsheet.papers.paper import Paper
from broadsheet.search import topics
from broadsheet.search.engine import Engine
from broadsheet.search.topics import (
    COUNT_AS,
    DEVIATIONS_WITH_WORDS,
    FED_BACK,
    FEWEST_TO_TELL_APART,
    WORDS,
    Background,
    Texts,
    Topic,
    belonging,
    by_examples,
    by_meaning,
    inverse_of,
    middle_of,
    nearest,
)
from tests.invented import paper
from tests.search.conftest import Make

FIRST = 10_000
PLAIN = ("paper bridges", "clockwork birds", "quiet engines", "glass looms", "tide tables", "moss colonies")


def crowd(about: int = 6, plain: int = 60) -> list[Paper]:
    """`plain` papers of six things, each with words of its own, and `about` that tell of salt maps, from 10,000 on."""
    many = [
        paper(n, title=PLAIN[n % 6], abstract=f"{PLAIN[n % 6]} {PLAIN[n % 5]} kettle{n}") for n in range(1, plain + 1)
    ]
    return many + [paper(FIRST + n, title="salt maps", abstract=f"salt maps salt maps kettle{n}") for n in range(about)]


Told = tuple[Engine, Background, Texts]


@pytest.fixture
def told(make: Make) -> Told:
    """An engine of so many papers that words count, how they lie, and what gives their texts."""
    papers = crowd(plain=FEWEST_TO_TELL_APART)
    engine, by_id = make(papers), {one.id: one for one in papers}
    return engine, Background.of(engine), lambda ids: [f"{by_id[one].title}\n{by_id[one].abstract}" for one in ids]


def test_papers_like_a_few_examples_belong_and_others_do_not(make: Make) -> None:
    engine = make(crowd())
    examples = [vector for n in (FIRST, FIRST + 1, FIRST + 2) if (vector := engine.vector(n)) is not None]
    among = np.array([5, 20, FIRST + 3, FIRST + 4, FIRST + 5], np.int64)
    found = belonging(engine, by_meaning(engine, Background.of(engine), examples), among)
    assert sorted(found.ids.tolist()) == [FIRST + 3, FIRST + 4, FIRST + 5]
    assert (np.diff(found.meaning) <= 0).all()
    assert not found.text.any()


def test_among_many_papers_what_sets_them_apart_counts(make: Make) -> None:
    engine = make(crowd(plain=FEWEST_TO_TELL_APART))
    background = Background.of(engine)
    assert background.inverse is not None
    examples = [vector for n in range(3) if (vector := engine.vector(FIRST + n)) is not None]
    topic = middle_of(background, examples)
    assert topic is not None
    assert float(np.linalg.norm(topic)) == pytest.approx(1.0, abs=1e-5)
    among = np.array([5, 20, 999, FIRST + 3, FIRST + 4, FIRST + 5], np.int64)
    assert sorted(belonging(engine, by_meaning(engine, background, examples), among).ids.tolist()) == [
        FIRST + 3,
        FIRST + 4,
        FIRST + 5,
    ]


def test_along_ways_in_which_papers_differ_anyway_a_topic_counts_less() -> None:
    chance = np.random.default_rng(5)
    inverse = inverse_of((chance.standard_normal((4_000, 3)) * [3.0, 1.0, 1.0]).astype(np.float32))
    assert inverse[0, 0] < 0.7 * inverse[1, 1]
    assert np.abs(inverse - np.diag(np.diag(inverse))).max() < 0.05
    np.testing.assert_allclose(inverse, inverse.T, atol=1e-5)


def test_papers_near_words_belong(make: Make) -> None:
    engine = make(crowd())
    among = np.array([1, 2, 3, FIRST + 3], np.int64)
    found = belonging(engine, by_meaning(engine, Background.of(engine), [engine.query_vector("salt maps")]), among)
    assert found.ids.tolist() == [FIRST + 3]


def test_a_topic_changes_no_other_and_its_answer_not_with_what_else_is_asked(make: Make) -> None:
    engine = make(crowd())
    background, vector = Background.of(engine), engine.query_vector("salt maps")
    topic = by_meaning(engine, background, [vector])
    alone = belonging(engine, topic, np.array([FIRST + 3], np.int64))
    other = by_meaning(engine, background, [engine.query_vector("paper bridges")])
    belonging(engine, other, np.array([1, FIRST + 3], np.int64))
    same = by_meaning(engine, Background.of(engine), [vector])
    again = belonging(engine, same, np.array([1, FIRST + 3], np.int64))
    assert alone.meaning == pytest.approx(again.meaning)


def test_without_anything_to_go_by_nothing_belongs(make: Make) -> None:
    engine = make(crowd())
    background = Background.of(engine)
    some = np.array([FIRST + 3], np.int64)
    assert by_meaning(engine, background, []) is None
    assert by_meaning(engine, background, [engine.no_vector()]) is None
    assert len(belonging(engine, None, some)) == 0
    topic = by_meaning(engine, background, [engine.query_vector("salt")])
    assert topic is not None
    assert len(belonging(engine, topic, some[:0])) == 0
    assert by_examples(engine, background, [], lambda _ids: []) is None
    assert by_examples(engine, background, [5_000], lambda _ids: []) is None  # no paper held


def test_an_empty_collection_holds_no_topic(make: Make) -> None:
    empty = make([])
    background = Background.of(empty)
    assert by_meaning(empty, background, [empty.query_vector("salt")]) is None
    assert by_examples(empty, background, [1, 2, 3], lambda _ids: []) is None


def test_words_of_the_examples_count_and_are_known_as_theirs(told: Told) -> None:
    engine, background, texts = told
    examples = [FIRST, FIRST + 1, FIRST + 2]
    topic = by_examples(engine, background, examples, texts)
    assert topic is not None
    assert topic.own <= set(topic.stems)
    assert {"salt", "map"} <= topic.own
    among = np.array([5, 20, 999, *range(FIRST + 3, FIRST + 6)], np.int64)
    found = belonging(engine, topic, among)
    assert sorted(found.ids.tolist()) == [FIRST + 3, FIRST + 4, FIRST + 5]
    assert (found.text > 0).all()
    assert (np.diff(found.scores) <= 0).all()
    text, meaning = topic.shares(engine, found.ids)
    assert found.scores.tolist() == pytest.approx((text + meaning).tolist())
    assert (found.scores > topic.least).all()


def test_words_weigh_half_of_meaning_by_their_spread_among_papers_at_large(told: Told) -> None:
    engine, background, texts = told
    topic = by_examples(engine, background, [FIRST, FIRST + 1, FIRST + 2], texts)
    assert topic is not None
    text, meaning = topic.shares(engine, background.few)
    assert float(text.std()) == pytest.approx(WORDS * float(meaning.std()), rel=1e-3)
    score = text + meaning
    assert topic.least == pytest.approx(float(score.mean() + DEVIATIONS_WITH_WORDS * score.std()), rel=1e-3)


def test_papers_nearest_to_the_examples_speak_with_them(told: Told) -> None:
    engine, background, texts = told
    examples = [FIRST, FIRST + 1, FIRST + 2]
    asked: list[list[int]] = []

    def noted(ids: Sequence[int]) -> Sequence[str]:
        asked.append(list(ids))
        return texts(ids)

    topic = by_examples(engine, background, examples, noted)
    assert topic is not None
    assert asked[0] == examples
    assert len(asked[1]) == FED_BACK
    assert set(asked[1]) >= {FIRST + 3, FIRST + 4, FIRST + 5}
    assert not set(asked[1]) & set(examples)


def test_the_more_the_nearest_count_the_farther_a_topic_moves(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, background, texts = told

    def topic(count_as: int) -> Topic:
        monkeypatch.setattr(topics, "COUNT_AS", count_as)
        found = by_examples(engine, background, [1, 2, 3], texts)
        assert found is not None
        return found

    alone, together, mostly = map(topic, (0, COUNT_AS, 50))
    assert 1 > float(alone.vector @ together.vector) > float(alone.vector @ mostly.vector)
    assert {"kettle1", "kettle2", "kettle3"} <= together.own
    assert together.own < set(together.stems)  # some were brought by those that lie near


def test_a_collection_of_nothing_but_examples_is_told_by_them(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, background, texts = told
    monkeypatch.setattr(topics, "FED_BACK", 0)
    topic = by_examples(engine, background, list(range(1, 40)), texts)  # more stems than count
    assert topic is not None
    assert topic.own == set(topic.stems)


def test_examples_whose_texts_are_gone_tell_by_their_meaning(told: Told) -> None:
    engine, background, _ = told
    topic = by_examples(engine, background, [FIRST, FIRST + 1, FIRST + 2], lambda _ids: [])
    assert topic is not None
    assert topic.stems == {}
    assert FIRST + 3 in belonging(engine, topic, np.array([5, FIRST + 3], np.int64)).ids


def test_a_single_example_is_told_by_its_meaning_alone(told: Told) -> None:
    engine, background, texts = told
    topic = by_examples(engine, background, [FIRST], texts)
    assert topic is not None
    assert topic.stems == {}


def test_among_few_papers_words_do_not_count(make: Make) -> None:
    engine = make(crowd())
    topic = by_examples(engine, Background.of(engine), [FIRST, FIRST + 1], lambda _ids: ["salt maps"])
    assert topic is not None
    assert topic.stems == {}


def test_no_paper_belongs_by_its_words_alone(told: Told) -> None:
    engine, background, texts = told
    topic = by_examples(engine, background, [FIRST, FIRST + 1, FIRST + 2], texts)
    assert topic is not None
    away = replace(topic, vector=-topic.vector, least=0.0)
    assert FIRST + 3 not in belonging(engine, away, np.array([5, FIRST + 3], np.int64)).ids


def test_the_nearest_example_is_told(make: Make) -> None:
    engine = make(crowd())
    assert nearest(engine, FIRST + 3, np.array([5, FIRST], np.int64)) == FIRST
    assert nearest(engine, 999, np.array([5, FIRST], np.int64)) is None
    assert nearest(engine, FIRST + 3, np.zeros(0, np.int64)) is None
