import numpy as np
import pytest

from broadsheet.papers.paper import Paper
from broadsheet.search.topics import (
    FEWEST_TO_TELL_APART,
    Background,
    belonging,
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


def test_papers_like_a_few_examples_belong_and_others_do_not(make: Make) -> None:
    engine = make(crowd())
    examples = [vector for n in (FIRST, FIRST + 1, FIRST + 2) if (vector := engine.vector(n)) is not None]
    among = np.array([5, 20, FIRST + 3, FIRST + 4, FIRST + 5], np.int64)
    found = belonging(engine, Background.of(engine), examples, among)
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
    assert sorted(belonging(engine, background, examples, among).ids.tolist()) == [FIRST + 3, FIRST + 4, FIRST + 5]


def test_along_ways_in_which_papers_differ_anyway_a_topic_counts_less() -> None:
    chance = np.random.default_rng(5)
    inverse = inverse_of((chance.standard_normal((4_000, 3)) * [3.0, 1.0, 1.0]).astype(np.float32))
    assert inverse[0, 0] < 0.7 * inverse[1, 1]
    assert np.abs(inverse - np.diag(np.diag(inverse))).max() < 0.05
    np.testing.assert_allclose(inverse, inverse.T, atol=1e-5)


def test_papers_near_words_belong(make: Make) -> None:
    engine = make(crowd())
    among = np.array([1, 2, 3, FIRST + 3], np.int64)
    found = belonging(engine, Background.of(engine), [engine.query_vector("salt maps")], among)
    assert found.ids.tolist() == [FIRST + 3]


def test_a_topic_changes_no_other_and_its_answer_not_with_what_else_is_asked(make: Make) -> None:
    engine = make(crowd())
    background, vector = Background.of(engine), engine.query_vector("salt maps")
    alone = belonging(engine, background, [vector], np.array([FIRST + 3], np.int64))
    belonging(engine, background, [engine.query_vector("paper bridges")], np.array([1, FIRST + 3], np.int64))
    again = belonging(engine, Background.of(engine), [vector], np.array([1, FIRST + 3], np.int64))
    assert alone.meaning == pytest.approx(again.meaning)


def test_without_anything_to_go_by_nothing_belongs(make: Make) -> None:
    engine = make(crowd())
    background = Background.of(engine)
    some = np.array([FIRST + 3], np.int64)
    assert len(belonging(engine, background, [], some)) == 0
    assert len(belonging(engine, background, [engine.no_vector()], some)) == 0
    assert len(belonging(engine, background, [engine.query_vector("salt")], some[:0])) == 0


def test_an_empty_collection_holds_no_topic(make: Make) -> None:
    empty = make([])
    found = belonging(empty, Background.of(empty), [empty.query_vector("salt")], np.array([FIRST + 3], np.int64))
    assert len(found) == 0


def test_the_nearest_example_is_told(make: Make) -> None:
    engine = make(crowd())
    assert nearest(engine, FIRST + 3, np.array([5, FIRST], np.int64)) == FIRST
    assert nearest(engine, 999, np.array([5, FIRST], np.int64)) is None
    assert nearest(engine, FIRST + 3, np.zeros(0, np.int64)) is None
