import random

import numpy as np
import pytest

from broadsheet.papers import sketch

_WORDS = [f"word{n}" for n in range(400)]


def _text(seed: int, size: int = 150) -> list[str]:
    return random.Random(seed).choices(_WORDS, k=size)


def test_a_sketch_never_changes() -> None:
    told = sketch.sketch(sketch.words("Salt maps " * 3 + " ".join(_text(1, 40))))
    assert told is not None
    assert (told.dtype, len(told)) == (np.uint32, sketch.SIZE)
    # Sketches are kept in databases: whoever changes these numbers must have all made anew.
    assert told[:4].tolist() == [3857531, 1644389066, 1770629758, 3411161293]


def test_too_few_words_make_no_sketch() -> None:
    assert sketch.sketch(_text(1, sketch.FEWEST_WORDS - 1)) is None
    assert sketch.sketch([]) is None


def test_words_do_not_mind_case_or_punctuation() -> None:
    assert sketch.words("Salt-maps, “again”!") == ["salt", "maps", "again"]


@pytest.mark.parametrize("kept", [1.0, 0.9, 0.7, 0.5, 0.0])
def test_likeness_estimates_the_overlap(kept: float) -> None:
    wrong = []
    for seed in range(60):
        mine = _text(seed)
        cut = int(kept * len(mine))
        theirs = mine[:cut] + _text(seed + 1_000, len(mine) - cut)
        one, other = sketch.sketch(mine), sketch.sketch(theirs)
        assert one is not None
        assert other is not None
        wrong.append(sketch.likeness(one, other) - sketch.overlap(mine, theirs))
    assert abs(float(np.mean(wrong))) < 0.03
    assert float(np.std(wrong)) < 0.11  # sqrt(J (1 - J) / 32) at most


def test_overlap_of_nothing_is_none() -> None:
    assert sketch.overlap([], []) == 0.0
    assert sketch.overlap(_text(1), _text(1)) == 1.0
