from dataclasses import replace
from datetime import timedelta
from math import log2

import numpy as np
import pytest

from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.loader import load_encoder
from broadsheet.trending.rising import words
from broadsheet.trending.rising.calibration import Group
from broadsheet.trending.rising.learning import Fit, Trial, learned
from broadsheet.trending.rising.table import outcomes
from tests.trending.rising.made import FIRST, READ, mark, row, rows
from tests.trending.rising.test_learning import NOW

ROWS = rows(150)
GOOD = Trial(0.08, 0.068, 0.074, 0.22, 0.21, (0.01, 0.02), (Group(1_000, 0.08, 80),), Group(100, 0.3, 31))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("static")


@pytest.fixture(scope="module")
def fit(encoder: Encoder) -> Fit:
    return learned(ROWS, encoder, NOW)


def test_the_parts_of_a_mark_add_up_to_its_chance(fit: Fit, encoder: Encoder) -> None:
    for authors in ((READ, "somebody new"), (), ("somebody new",)):
        one = mark(fit, ROWS, row(9_001, FIRST + timedelta(days=170), authors=authors), encoder)
        assert one.odds == pytest.approx(log2(one.chance / (1 - one.chance)))
        assert sum(part.value for part in one.shown) == pytest.approx(round(one.odds, 2))
        assert [part.name for part in one.parts] == [
            "usual",
            "authors",
            "co-authors",
            "topic",
            "artefacts",
            "team",
            "form",
            "text",
        ]


def test_the_sentence_tells_what_speaks_for_the_paper_and_how_marks_fared(fit: Fit, encoder: Encoder) -> None:
    one = mark(fit, ROWS, row(9_001, FIRST + timedelta(days=170), authors=(READ, "somebody new")), encoder)
    told = {part.name: part.reason for part in one.parts}
    first = sum(done.first for done in outcomes(ROWS) if READ in done.row.authors)
    assert told["authors"] == f"an author of it had 150 earlier papers, {first} in the first tenth of a day"
    assert one.reason.startswith("Marked rising: ")
    assert told["authors"] in one.reason
    assert fit.trial is not None
    seen = f"{100 * fit.trial.marked.seen:.0f} of 100"
    assert one.reason.endswith(f"of papers so marked, {seen} came into their day’s first tenth.")


def test_a_reason_tells_what_was_found_whichever_way_it_counts(fit: Fit, encoder: Encoder) -> None:
    day = FIRST + timedelta(days=170)
    bare = row(9_001, day, authors=(), categories=(), abstract="")
    told = {part.name: part.reason for part in mark(fit, ROWS, bare, encoder).parts}
    assert told["authors"] == "it names no authors"
    assert told["co-authors"] == "nobody is known with whom its authors wrote before"
    assert told["topic"] == "it has no category"
    assert told["artefacts"] == "its abstract names neither code nor weights nor data"
    assert told["team"] == "it names 0 authors"
    assert told["form"].startswith("a title of ")
    full = row(9_001, day, authors=("nobody 5",), kinds=frozenset({"data", "code", "demo"}))
    told = {part.name: part.reason for part in mark(fit, ROWS, full, encoder).parts}
    assert told["authors"].startswith("an author of it had 1 earlier paper, ")
    assert "wrote before were read" in told["co-authors"]
    assert told["topic"].startswith("papers of cs.IR were read 1.0 times as much")
    assert told["artefacts"] == "its abstract names code and data"
    unknown = row(9_001, day, authors=("somebody new",))
    told = {part.name: part.reason for part in mark(fit, ROWS, unknown, encoder).parts}
    assert told["authors"] == "no earlier papers of its authors are known here"


def refusal(**changed: object) -> str:
    return words.refusal(Fit(NOW, (), None, replace(GOOD, **changed)))  # type: ignore[arg-type]


def test_marks_are_refused_in_words_where_chances_did_not_hold() -> None:
    assert refusal() == ""
    assert "no better than saying 8 of 100 of every paper" in refusal(brier=0.075)
    assert "would have marked 12 papers: too few" in refusal(marked=Group(12, 0.3, 4))
    assert "it foretold 60 of 100, and 31 of 100 came" in refusal(marked=Group(100, 0.6, 31))
    assert "of all papers 8 of 100" in refusal(marked=Group(100, 0.1, 11))


def test_too_little_is_told_in_numbers(encoder: Encoder) -> None:
    said = words.refusal(learned(rows(30), encoder, NOW))
    assert "Too little has happened here to learn from" in said
    assert "It takes 30 such papers to learn, then 10 to calibrate and 10 to judge." in said


def test_it_says_how_it_stands_beside_the_baseline() -> None:
    assert "better than" in words.beside_baseline(Fit(NOW, (), None, GOOD))
    assert "worse than" in words.beside_baseline(Fit(NOW, (), None, replace(GOOD, lead=(-0.02, -0.01))))
    unsure = words.beside_baseline(Fit(NOW, (), None, replace(GOOD, lead=(-0.031, 0.063))))
    assert "cannot be told from so few" in unsure
    assert "between −0.031 and +0.063" in unsure
    assert words.beside_baseline(Fit(NOW, ())) == ""
    assert np.isclose(GOOD.rate, 0.08)
