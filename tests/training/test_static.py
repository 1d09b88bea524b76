import sys
from pathlib import Path

import numpy as np
import pytest

from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.terms import Terms
from training.corpus import Paper
from training.features import passages_of
from training.projection import Matrix
from training.quantise import quantised
from training.static import SEED, parsed, rotation_for

WORDS = tuple(sorted(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"))
TERMS = Terms(WORDS, np.empty((0, 2), np.int32), 0)


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture
def papers(chance: np.random.Generator) -> list[Paper]:
    def text(count: int) -> str:
        return " ".join(WORDS[at] for at in chance.integers(0, len(WORDS), count))

    return [Paper(f"arxiv:{number}", text(4), text(30)) for number in range(60)]


def turned(table: Matrix, chance: np.random.Generator) -> Matrix:
    turn = np.linalg.qr(chance.standard_normal((table.shape[1],) * 2))[0]
    return np.asarray(table @ turn, np.float32)


def test_a_new_table_is_turned_onto_the_axes_of_the_older(chance: np.random.Generator, papers: list[Paper]) -> None:
    table = chance.standard_normal((len(WORDS), 16)).astype(np.float32)
    older = quantised("older", TERMS, table)
    newer = turned(table, chance)
    found = newer @ rotation_for(newer, passages_of(TERMS, papers, SEED), papers, older)
    texts = [(paper.title, paper.abstract) for paper in papers]
    before, after = (StaticEncoder(one).encode_papers(texts) for one in (older, quantised("newer", TERMS, found)))
    assert (before * after).sum(axis=1).min() > 0.99


def test_without_an_older_table_the_turn_is_for_the_signs(chance: np.random.Generator, papers: list[Paper]) -> None:
    table = (chance.standard_normal((len(WORDS), 16)) * np.linspace(4, 0.1, 16)).astype(np.float32)
    passages = passages_of(TERMS, papers, SEED)
    turn = rotation_for(table, passages, papers, None)
    np.testing.assert_allclose(turn @ turn.T, np.eye(16), atol=1e-4)
    np.testing.assert_array_equal(turn, rotation_for(table, passages, papers, None))


def test_a_table_of_another_field_never_replaces_the_one_that_ships(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["static", "--papers", "field.jsonl"])
    with pytest.raises(SystemExit):
        parsed()
    assert "name a file with --out" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["static", "--papers", "a.jsonl", "b.jsonl.xz", "--out", "field.bin"])
    chosen = parsed()
    assert (chosen.papers, chosen.out) == ([Path("a.jsonl"), Path("b.jsonl.xz")], Path("field.bin"))


def test_data_and_papers_are_two_ways_of_which_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ([], ["--data", "d", "--papers", "p.jsonl", "--out", "o"]):
        monkeypatch.setattr(sys, "argv", ["static", *given])
        with pytest.raises(SystemExit):
            parsed()
