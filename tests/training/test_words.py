from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from broadsheet.encoders.terms import Terms
from training import words as module
from training.projection import Projection
from training.words import read_words, words_as_taught, words_to_read


def test_every_word_is_read_but_numbers_function_words_and_monsters() -> None:
    counts = Counter({"quark": 9, "quarkonium": 1, "2024": 5, "the": 9, "x": 3, "a" * 41: 1, "h2o": 2})
    assert words_to_read(counts, ["insulin", "##ing", "of", "[CLS]"]) == ["h2o", "insulin", "quark", "quarkonium"]


class CountingTeacher:
    asked = 0

    def __init__(self, threads: int) -> None:
        assert threads == 2

    def encode(self, texts: list[str]) -> np.ndarray:
        CountingTeacher.asked += len(texts)
        return np.eye(len(texts), 384, dtype=np.float16)


def test_the_teacher_is_asked_once_until_the_words_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Teacher", CountingTeacher)
    CountingTeacher.asked = 0
    first = read_words(["cell", "gene"], tmp_path, 2)
    np.testing.assert_array_equal(read_words(["cell", "gene"], tmp_path, 2), first)
    assert CountingTeacher.asked == 2
    assert read_words(["cell", "gene", "virus"], tmp_path, 2).shape == (3, 384)
    assert CountingTeacher.asked == 5


def test_targets_are_centred_on_the_words_own_mean_and_unread_words_are_left_out() -> None:
    terms = Terms(("cell", "gene", "virus"), np.empty((0, 2), np.int32), 0)
    vectors = np.array([[9, 1, 0], [9, -1, 0], [9, 0, 4], [9, 0, 0]], np.float16)
    projection = Projection(np.array([50, 50, 50], np.float32), np.eye(3, 2, dtype=np.float32))
    taught = words_as_taught(terms, ["cell", "gene", "virus", "unheard"], vectors, projection)
    assert taught.bags.shape == (3, 3)
    assert taught.targets.shape == (3, 2)
    np.testing.assert_allclose(taught.targets[:2], [[0, 1], [0, -1]], atol=1e-6)
