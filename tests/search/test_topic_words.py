import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.memory import MemoryEngine
from broadsheet.search.topic_words import MOST_SHARED, MOST_STEMS, between, centroid, shared, telling
from broadsheet.search.words import Stems
from tests.invented import paper
from tests.search.collection import BagEncoder
from tests.search.conftest import Make

SHELF = [
    paper(n, title=title, abstract="Of salt and tides.")
    for n, title in enumerate(("Salt maps", "Moss", "Looms", "Moss looms"), 1)
]
STEMS = ("salt", "map", "moss", "loom", "kettl")
weights = st.dictionaries(st.sampled_from(STEMS), st.floats(0.01, 1), max_size=5)


def test_rare_words_tell_more_and_said_again_they_tell_a_little_more(make: Make) -> None:
    engine = make(SHELF)
    middle = centroid(engine, ["Maps of salt, salted.", "The looms"])
    assert set(middle) == {"map", "salt", "loom"}
    assert middle["loom"] == pytest.approx(0.5)
    rare, common = (math.log(1 + (4 - n + 0.5) / (n + 0.5)) for n in (1, 4))
    assert middle["map"] / middle["salt"] == pytest.approx(rare / (common * (1 + math.log(2))), rel=1e-5)
    assert math.hypot(middle["map"], middle["salt"]) == pytest.approx(0.5)


def test_texts_of_stop_words_or_none_tell_nothing(make: Make) -> None:
    engine = make(SHELF)
    assert centroid(engine, []) == centroid(engine, ["", "of the"]) == {}
    assert centroid(make([]), ["Moss"]) == {"moss": 1.0}


@given(weights, weights, st.floats(0, 1))
def test_what_is_between_holds_the_stems_of_both(one: dict[str, float], other: dict[str, float], weight: float) -> None:
    both = between(one, other, weight)
    assert set(both) == set(one) | set(other)
    assert between(one, one, weight) == pytest.approx(one)
    expected = (1 - weight) * sum(one.values()) + weight * sum(other.values())
    assert sum(both.values()) == pytest.approx(expected)


@given(st.lists(st.text("abcdefgh", max_size=12), max_size=6))
def test_centroids_are_no_longer_than_one_and_never_negative(texts: list[str]) -> None:
    middle = centroid(_ENGINE, texts)
    assert all(weight >= 0 for weight in middle.values())
    assert math.hypot(*middle.values()) <= 1 + 1e-9


_ENGINE = MemoryEngine(SHELF, BagEncoder())


def test_the_stems_that_count_most_are_kept() -> None:
    many = {f"w{n:03}": float(n // 2) for n in np.random.default_rng(4).permutation(120)}
    kept = telling(many)
    assert len(kept) == MOST_STEMS
    assert min(kept.values()) >= max(weight for stem, weight in many.items() if stem not in kept)
    assert list(kept)[:3] == ["w118", "w119", "w116"]


def test_shared_words_are_named_as_the_paper_spells_them() -> None:
    own = {"map": 0.2, "salt": 0.5, "fold": 0.1, "moss": 0.05}
    assert shared("Folding Maps: MAPS of salted things, salt", own, Stems()) == ("salted", "Maps", "Folding")
    assert len(shared("moss fold map salt", own, Stems())) == MOST_SHARED
    assert shared("Nothing of it", own, Stems()) == shared("", own, Stems()) == ()
