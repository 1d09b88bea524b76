import numpy as np
import pytest

from broadsheet.papers.paper import Paper
from broadsheet.search.topics import Background, belonging, nearest
from tests.invented import paper
from tests.search.conftest import Make

PLAIN = ("paper bridges", "clockwork birds", "quiet engines", "glass looms", "tide tables", "moss colonies")


def crowd(about: int = 6) -> list[Paper]:
    """Sixty papers of six things, each with words of its own, and `about` that tell of salt maps."""
    many = [paper(n, title=PLAIN[n % 6], abstract=f"{PLAIN[n % 6]} {PLAIN[n % 5]} kettle{n}") for n in range(1, 61)]
    return many + [paper(100 + n, title="salt maps", abstract=f"salt maps salt maps kettle{n}") for n in range(about)]


def test_papers_like_a_few_examples_belong_and_others_do_not(make: Make) -> None:
    engine = make(crowd())
    examples = [vector for n in (100, 101, 102) if (vector := engine.vector(n)) is not None]
    among = np.array([5, 20, 103, 104, 105], np.int64)
    found = belonging(engine, Background.of(engine), examples, among)
    assert sorted(found.ids.tolist()) == [103, 104, 105]
    assert (np.diff(found.meaning) <= 0).all()
    assert not found.text.any()


def test_papers_near_words_belong(make: Make) -> None:
    engine = make(crowd())
    among = np.array([1, 2, 3, 103], np.int64)
    found = belonging(engine, Background.of(engine), [engine.query_vector("salt maps")], among)
    assert found.ids.tolist() == [103]


def test_a_topic_changes_no_other_and_its_answer_not_with_what_else_is_asked(make: Make) -> None:
    engine = make(crowd())
    background, vector = Background.of(engine), engine.query_vector("salt maps")
    alone = belonging(engine, background, [vector], np.array([103], np.int64))
    belonging(engine, background, [engine.query_vector("paper bridges")], np.array([1, 103], np.int64))
    again = belonging(engine, Background.of(engine), [vector], np.array([1, 103], np.int64))
    assert alone.meaning == pytest.approx(again.meaning)


def test_without_anything_to_go_by_nothing_belongs(make: Make) -> None:
    engine = make(crowd())
    background = Background.of(engine)
    some = np.array([103], np.int64)
    assert len(belonging(engine, background, [], some)) == 0
    assert len(belonging(engine, background, [engine.no_vector()], some)) == 0
    assert len(belonging(engine, background, [engine.query_vector("salt")], some[:0])) == 0


def test_an_empty_collection_holds_no_topic(make: Make) -> None:
    empty = make([])
    found = belonging(empty, Background.of(empty), [empty.query_vector("salt")], np.array([103], np.int64))
    assert len(found) == 0


def test_the_nearest_example_is_told(make: Make) -> None:
    engine = make(crowd())
    assert nearest(engine, 103, np.array([5, 100], np.int64)) == 100
    assert nearest(engine, 999, np.array([5, 100], np.int64)) is None
    assert nearest(engine, 103, np.zeros(0, np.int64)) is None
