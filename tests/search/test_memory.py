"""The oracle, held against formulas and answers worked out by hand."""

import math
from datetime import date

import numpy as np
import pytest

from broadsheet.search.memory import MemoryEngine
from broadsheet.search.query import Filters, Query, parse
from tests.invented import paper
from tests.search.collection import BagEncoder


def engine(*papers: tuple[str, str] | tuple[str, str, tuple[str, ...]]) -> MemoryEngine:
    """Return an engine of papers with these titles, abstracts and authors, numbered from one."""
    made = [
        paper(n, title=told[0], abstract=told[1], authors=told[2] if len(told) == 3 else ())
        for n, told in enumerate(papers, 1)
    ]
    return MemoryEngine(made, BagEncoder())


def found(engine: MemoryEngine, text: str) -> list[int]:
    return sorted(engine.by_words(parse(text), 10).ids.tolist())


def bm25(times: int, length: int, mean: float, holding: int, total: int) -> float:
    """Robertson and Zaragoza's, with Lucene's idf, for one term."""
    idf = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
    return idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / mean))


def test_scores_are_bm25_of_body_title_and_author() -> None:
    shelf = engine(("Salt", "moss moss kelp"), ("Kelp", "salt"), ("Tide", "tide", ("Ada Moss",)))
    total = 4  # with the note of its state that an index keeps among its documents
    moss = shelf.by_words(parse("moss"), 10)
    in_body = bm25(times=2, length=4, mean=8 / total, holding=1, total=total)
    in_author = 0.25 * bm25(times=1, length=2, mean=2 / total, holding=1, total=total)
    assert dict(zip(moss.ids.tolist(), moss.scores.tolist(), strict=True)) == pytest.approx(
        {1: in_body, 3: in_author}, rel=1e-5
    )
    salt = shelf.by_words(parse("salt"), 10)
    bodies = {one: bm25(1, length, 8 / total, holding=2, total=total) for one, length in ((1, 4), (2, 2))}
    titled = 0.25 * bm25(1, 1, 3 / total, holding=1, total=total)
    assert dict(zip(salt.ids.tolist(), salt.scores.tolist(), strict=True)) == pytest.approx(
        {1: bodies[1] + titled, 2: bodies[2]}, rel=1e-5
    )


def test_a_word_said_twice_weighs_twice() -> None:
    shelf = engine(("Salt", "moss"))
    once, twice = (shelf.by_words(parse(text), 1).scores[0] for text in ("moss", "moss moss"))
    assert twice == pytest.approx(2 * once, rel=1e-5)


def test_equal_scores_come_by_rising_id_and_no_more_than_asked() -> None:
    same = MemoryEngine([paper(n, title="Moss", abstract="", authors=()) for n in (9, 4, 7)], BagEncoder())
    assert same.by_words(parse("moss"), 2).ids.tolist() == [4, 7]
    assert same.by_meaning(Query(), BagEncoder().encode_queries(["moss"])[0], 2).ids.tolist() == [4, 7]
    assert same.by_title("moss").tolist() == [4, 7, 9]


@pytest.mark.parametrize(
    ("phrase", "held"),
    [
        ('"salt maps"', True),
        ('"salted map"', True),
        ('"maps salt"', False),
        ('"maps tide"', False),  # the end of the title and the beginning of the abstract
        ('"tide of the moon"', True),
        ('"tide of a moon"', True),  # stop words keep their place, not their name
        ('"tide moon"', False),
    ],
)
def test_a_phrase_stands_in_one_place_in_its_order(phrase: str, held: bool) -> None:
    shelf = engine(("Salt maps", "Tide of the moon"))
    assert bool(found(shelf, f"moon {phrase}")) is held
    assert bool(found(shelf, f"moon -{phrase}")) is not held


def test_names_are_not_stemmed_and_one_author_must_bear_every_part() -> None:
    shelf = engine(("Moss", "", ("Zoë Banks", "Ada Quill")), ("Moss", "", ("Zoe Quill",)))
    assert found(shelf, "moss author:banks") == [1]
    assert found(shelf, "moss author:bank") == []
    assert found(shelf, 'moss author:"zoe quill"') == [2]
    assert found(shelf, 'moss author:"ada quill"') == [1]


def test_filters_are_inclusive_and_dots_widen() -> None:
    shelf = MemoryEngine(
        [
            paper(1, categories=("cs.IR",), published=date(2024, 1, 1)),
            paper(2, categories=("csx",), published=date(2024, 1, 2)),
            paper(3, categories=("cs",), published=None),
        ],
        BagEncoder(),
    )

    def passing(**filters: object) -> list[int]:
        return sorted(shelf.by_date(Query(given=Filters(**filters))).ids.tolist())  # type: ignore[arg-type]

    assert passing(categories=("CS",)) == [1, 3]
    assert passing(since=date(2024, 1, 1), until=date(2024, 1, 1)) == [1]
    assert passing(since=date(2024, 1, 2)) == [2]
    assert passing(until=date(2030, 1, 1)) == [1, 2]


def test_cosines_are_those_of_the_own_vectors_of_the_encoder() -> None:
    shelf, encoder = engine(("Salt", "moss"), ("Tide", "kelp")), BagEncoder()
    vector = encoder.encode_queries(["moss tide"])[0]
    truth = encoder.encode_papers([("Salt", "moss"), ("Tide", "kelp")]) @ vector
    assert shelf.cosines(vector, np.array([2, 1])).tolist() == pytest.approx(truth[::-1].tolist(), rel=1e-6)
