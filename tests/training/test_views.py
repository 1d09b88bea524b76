import random

import numpy as np
import pytest
from tokenizers import Tokenizer

from tests.encoders.models import write_model
from training.adapter import Recipe
from training.corpus import Paper
from training.views import Batches, Views, padded

LONG = "Network feature reuse moss dense galaxy network moss reuse feature."  # longer than a few words
PAPERS = [
    Paper("a", "moss", "Dense galaxy. Network feature. Reuse moss. Feature reuse galaxy."),
    Paper("b", "galaxy network", "Feature moss. Dense dense. Reuse reuse."),
    Paper("c", "reuse", "Dense network alone."),
    Paper("d", "moss", f"Dense galaxy. {LONG} Reuse moss. Feature reuse galaxy."),
]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer.from_file(str(write_model(tmp_path_factory.mktemp("model")) / "tokenizer.json"))


@pytest.fixture(scope="module")
def views(tokenizer: Tokenizer) -> Views:
    return Views(PAPERS, tokenizer)


def pieces(tokenizer: Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


def drawn(views: Views, paper: int) -> list[tuple[list[int], list[int]]]:
    return [
        (query[1:-1], document[1:-1])
        for query, document in (views.draw(paper, random.Random(seed)) for seed in range(200))
    ]


def test_a_paper_of_one_sentence_is_asked_for_by_its_title(views: Views, tokenizer: Tokenizer) -> None:
    asked = {(tuple(query), tuple(document)) for query, document in drawn(views, 2)}
    assert asked == {(tuple(pieces(tokenizer, "reuse")), tuple(pieces(tokenizer, "Dense network alone.")))}


def test_a_sentence_that_is_asked_is_not_in_what_it_should_find(views: Views, tokenizer: Tokenizer) -> None:
    sentence = pieces(tokenizer, LONG)
    found = [document for query, document in drawn(views, 3) if query == sentence]
    assert found
    for document in found:
        assert all(document[at : at + len(sentence)] != sentence for at in range(len(document)))


def test_every_kind_of_query_comes(views: Views, tokenizer: Tokenizer) -> None:
    queries = [query for query, _ in drawn(views, 0)]
    assert pieces(tokenizer, "moss") in queries
    assert pieces(tokenizer, "Dense galaxy.") in queries
    assert pieces(tokenizer, "Dense galaxy. Network feature.") not in queries  # two of four would leave too little


def test_a_step_depends_on_its_number_and_the_seed_alone(views: Views) -> None:
    first, again, other = Batches(views, 2, 5, 1), Batches(views, 2, 5, 1), Batches(views, 2, 5, 2)
    assert len(first) == 5
    for step in range(5):
        for one, same in zip(first[step], again[step], strict=True):
            np.testing.assert_array_equal(one, same)
    told = [[part.tolist() for part in batches[step]] for batches in (first, other) for step in range(5)]
    assert told[:5] != told[5:]


def test_too_few_papers_for_a_batch_are_told(views: Views) -> None:
    with pytest.raises(SystemExit, match="--batch"):
        Batches(views, 5, 1, 1)


def test_rows_are_filled_up_to_a_multiple_of_sixteen() -> None:
    filled = padded([[101, 5, 102], [101, 102]])
    assert filled.shape == (2, 16)
    assert filled[0, :3].tolist() == [101, 5, 102]
    assert not filled[:, 3:].any()


def test_the_rate_rises_at_first_and_ends_near_nothing() -> None:
    recipe = Recipe(steps=100)
    rates = [recipe.rate_at(step) for step in range(100)]
    assert np.argmax(rates) == 5
    assert rates[0] < recipe.rate / 4
    assert rates[-1] < recipe.rate / 1_000
