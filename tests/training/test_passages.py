import numpy as np
import pytest

from broadsheet.encoders.terms import TITLE_REPEATS, Terms
from training.corpus import Paper, sentences
from training.features import Passages, passages_of
from training.teacher import texts_of

TERMS = Terms(("atoms", "cells", "grow", "light", "quickly", "slowly"), np.empty((0, 2), np.int32), 0)
PAPERS = [
    Paper("arxiv:1", "Atoms", "Light grow cells and light in this sentence. Then atoms grow slowly in the other one."),
    Paper("arxiv:2", "Cells cells", "One sentence alone about cells that grow quickly."),
]


@pytest.fixture(scope="module")
def passages() -> Passages:
    return passages_of(TERMS, PAPERS, seed=1)


def counts(bag: np.ndarray) -> dict[str, float]:
    """Damped weights back to counts."""
    return {TERMS.words[at]: round(float(np.expm1(bag[at])), 4) for at in np.flatnonzero(bag)}


def test_a_whole_paper_counts_its_title_as_the_encoder_does(passages: Passages) -> None:
    first, second = passages.papers(np.array([0, 1])).toarray()
    assert counts(first) == {"atoms": TITLE_REPEATS + 1, "cells": 1, "grow": 2, "light": 2, "slowly": 1}
    assert counts(second) == {"cells": 2 * TITLE_REPEATS + 1, "grow": 1, "quickly": 1}


def test_a_title_is_set_against_its_abstract(passages: Passages) -> None:
    titles, abstracts = (part.toarray() for part in passages.titles(np.array([1])))
    assert counts(titles[0]) == {"cells": 2}
    assert counts(abstracts[0]) == {"cells": 1, "grow": 1, "quickly": 1}


def test_the_drawn_sentence_is_the_one_that_the_teacher_read(passages: Passages) -> None:
    asked, rest = (part.toarray()[0] for part in passages.sentences(np.array([0])))
    other = counts(rest)
    drawn = texts_of(PAPERS[0], 1)[2]
    assert drawn in sentences(PAPERS[0].abstract)
    assert set(counts(asked)) == {word for word in TERMS.words if word in drawn.lower()}
    assert other["atoms"] >= TITLE_REPEATS
    assert not {"light", "slowly"} <= set(other)


def test_any_sentence_comes_by_chance_and_never_stays_in_the_rest(passages: Passages) -> None:
    chance = np.random.default_rng(2)
    seen = set()
    for _ in range(20):
        asked, rest = passages.sentences(np.array([0, 1]), chance)
        words = frozenset(counts(asked.toarray()[0]))
        seen.add(words)
        assert ("light" in words) != ("light" in counts(rest.toarray()[0]))
        assert counts(rest.toarray()[1]) == {"cells": 2 * TITLE_REPEATS}
    assert len(seen) == 2


def test_the_number_of_papers_is_known(passages: Passages) -> None:
    assert len(passages) == 2
