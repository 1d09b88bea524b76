from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.loader import load_encoder
from broadsheet.trending.rising import learning
from broadsheet.trending.rising.learning import Fit, learned, vectors_of
from broadsheet.trending.rising.table import outcomes, settled
from tests.trending.rising.made import FIRST, READ, row, rows

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
ROWS = rows(150)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("static")


@pytest.fixture(scope="module")
def fit(encoder: Encoder) -> Fit:
    return learned(ROWS, encoder, NOW)


def test_each_span_is_settled_before_the_next_begins(fit: Fit) -> None:
    taught, calibrated, judged = fit.spans
    assert settled(taught.until).date() <= calibrated.since
    assert settled(calibrated.until).date() <= judged.since
    assert judged.until == max(one.day for one in ROWS)
    assert taught.papers > 2 * judged.papers > 2 * judged.first > 0


def test_it_finds_whose_papers_are_read_and_its_chances_hold(fit: Fit) -> None:
    trial = fit.trial
    assert trial is not None
    assert trial.brier < trial.brier_of_base
    assert trial.precision > 3 * trial.rate
    assert trial.marked.interval[0] <= trial.marked.told <= trial.marked.interval[1]
    assert sum(one.papers for one in trial.tenths) == fit.spans[2].papers


def test_a_new_paper_of_a_read_author_has_the_better_chance(fit: Fit, encoder: Encoder) -> None:
    assert fit.model is not None
    day = FIRST + timedelta(days=170)
    asked = [row(9_001, day, authors=(READ, "nobody 9001")), row(9_002, day)]
    columns = fit.model.columns(outcomes(ROWS), asked, vectors_of(asked, encoder))
    read, unread = fit.model.chances(columns)
    assert read > max(0.5, fit.model.bar)
    assert unread < min(0.1, fit.model.bar)


def test_what_is_not_settled_teaches_nothing(fit: Fit, encoder: Encoder) -> None:
    now = datetime(2025, 5, 25, tzinfo=UTC)
    known = [one for one in ROWS if settled(one.day) <= now]
    later = [replace(one, votes=99.0) for one in ROWS if settled(one.day) > now]
    mine, theirs = (learned(some, encoder, now) for some in (known, [*known, *later]))
    assert mine.spans == theirs.spans
    assert mine.model is not None
    assert theirs.model is not None
    assert np.array_equal(mine.model.linear.weights, theirs.model.linear.weights)


@pytest.mark.parametrize("days", [0, 1, 30])
def test_too_little_gives_no_model(days: int, encoder: Encoder) -> None:
    found = learned(rows(days), encoder, NOW)
    assert (found.model, found.trial) == (None, None)
    assert sum(one.papers for one in found.spans) <= days * 12


def test_days_nobody_won_teach_nothing(encoder: Encoder) -> None:
    assert learned([replace(one, votes=3.0) for one in ROWS], encoder, NOW).model is None


def test_what_a_text_foretells_of_its_own_paper_is_what_others_say() -> None:
    chance = np.random.default_rng(2)
    vectors, above = chance.normal(size=(100, 5)), chance.normal(size=100)
    changed = above.copy()
    changed[30] += 50
    before, after = (learning._foretold(vectors, one) for one in (above, changed))
    assert np.array_equal(before[20:40], after[20:40])  # its own fifth
    assert not np.isclose(before[40:], after[40:]).any()


def test_texts_that_tell_nothing_weigh_nothing(encoder: Encoder) -> None:
    lot = [replace(one, votes=float(n * 7_919 % 97)) for n, one in enumerate(rows(400))]
    found = learned(lot, encoder, datetime(2027, 1, 1, tzinfo=UTC))
    assert found.model is not None
    assert abs(found.model.linear.weights[-1]) < 0.1
