from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.query import parse
from broadsheet.search.spelling import corrected, distances, suggestion
from broadsheet.search.vocabulary import Vocabulary
from tests.invented import paper
from tests.search.conftest import Make

TITLES = ["Transformer models", "Transformers again", "Transform coding", "Diffusion of salt", "Salt maps, salt roads"]
SHELF = [paper(n, title=title, abstract="Nothing.", authors=("Zoe Vaswani",)) for n, title in enumerate(TITLES, 1)]


def plain_distance(one: str, other: str) -> int:
    """Optimal string alignment as its definition has it, cell by cell."""
    table = {(-1, -1): 0}
    for i in range(len(one)):
        table[i, -1] = i + 1
    for j in range(len(other)):
        table[-1, j] = j + 1
    for i, j in product(range(len(one)), range(len(other))):
        table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i] != other[j]))
        if i and j and one[i] == other[j - 1] and one[i - 1] == other[j]:
            table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one) - 1, len(other) - 1]


@given(st.text("abc", min_size=1, max_size=7), st.lists(st.text("abc", min_size=1, max_size=8), max_size=6))
def test_distances_are_those_of_the_definition(word: str, others: list[str]) -> None:
    assert distances(word, others) == [plain_distance(word, other) for other in others]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("transfromer", "transformer"),  # swapped
        ("trnsformer", "transformer"),  # missing
        ("transsformer", "transformer"),  # too many
        ("tramsformer", "transformer"),  # another
        ("trnasfomer", "transformer"),  # two errors in a long word
        ("ransformer", "transformer"),  # the first letter missing
        ("rtansformer", "transformer"),  # the first two swapped
        ("gransformer", "transformer"),  # another first letter
        ("ttransformer", "transformer"),
        ("sallt", "salt"),
        ("difusion", "diffusion"),
    ],
)
def test_a_typing_error_is_found(make: Make, wrong: str, right: str) -> None:
    assert corrected(make(SHELF), wrong, 0, Vocabulary()) == right


@pytest.mark.parametrize("word", ["zzzzzzz", "slt", "sat", "soltt", "x" * 40, "trxxxsformer"])
def test_what_is_like_no_word_stays_without_a_suggestion(make: Make, word: str) -> None:
    assert corrected(make(SHELF), word, 0, Vocabulary()) is None


def test_of_words_as_near_the_commoner_one_is_meant(make: Make) -> None:
    engine = make([*SHELF, paper(9, title="Mats"), paper(10, title="Maps"), paper(11, title="Maps, too")])
    assert corrected(engine, "maqs", 0, Vocabulary()) == "maps"


def test_only_words_that_nobody_holds_are_corrected(make: Make) -> None:
    engine = make(SHELF)
    for text in ("transformers salt", "the vaswani", "transforming salted maps", "12345 a1b2", "潮汐表潮汐表"):
        assert suggestion(engine, parse(text), text, Vocabulary()) is None, text


def test_a_suggestion_keeps_the_rest_of_the_question(make: Make) -> None:
    text = 'Transfromer "sallt maps"  author:vasvani cat:cs.IR -difusion date:2024..'
    found = suggestion(make(SHELF), parse(text), text, Vocabulary())
    assert found is not None
    assert found.text == 'transformer "salt maps" author:vasvani cat:cs.IR -difusion date:2024..'
    assert found.words == (("transfromer", "transformer"), ("sallt", "salt"))


def test_ten_thousand_unknown_words_are_not_all_looked_after(make: Make) -> None:
    text = " ".join(f"difusion{letter}" for letter in map(chr, range(97, 123))) + " " + "difuzion " * 900
    found = suggestion(make(SHELF), parse(text), text, Vocabulary())
    assert found is None or len(found.words) <= 8
