import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.trending import formula
from broadsheet.trending.formula import KINDS
from broadsheet.trending.readings import Reading

UPVOTES = KINDS["hf_upvotes"]
POINTS = KINDS["hn_points"]
ages = st.floats(0, 2_000)
counts = st.floats(0, 1e6)


def test_half_of_the_usual_votes_are_there_by_the_half_time() -> None:
    assert formula.usual(UPVOTES, UPVOTES.half, UPVOTES.total) == UPVOTES.total / 2
    assert formula.usual(UPVOTES, 0, UPVOTES.total) == 0


def test_the_worked_example_of_a_paper_seven_hours_old() -> None:
    reading = Reading(24, 7)
    level = formula.level(UPVOTES, reading, UPVOTES.total)
    pace = formula.pace(UPVOTES, reading, UPVOTES.total)
    assert level == pytest.approx(1.37, abs=0.005)
    assert pace == level
    assert formula.freshness(7, 48) == pytest.approx(-0.62, abs=0.005)
    assert formula.stars(120) == pytest.approx(0.57, abs=0.005)
    score = 0.3 * level + 0.7 * pace + formula.freshness(7, 48) + formula.stars(120)
    assert score == pytest.approx(1.32, abs=0.005)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_usual_paper_scores_nothing_at_any_age(kind: formula.Kind) -> None:
    for age in (kind.half / 2, kind.half, 10 * kind.half):
        before = max(age - kind.span, 0.0)
        reading = Reading(formula.usual(kind, age, kind.total), age, formula.usual(kind, before, kind.total), before)
        assert formula.level(kind, reading, kind.total) == pytest.approx(0)
        assert formula.pace(kind, reading, kind.total) == pytest.approx(0)


def test_nobody_is_judged_younger_than_a_third_of_the_half_time() -> None:
    assert formula.level(UPVOTES, Reading(5, 0.1), 31) == formula.level(UPVOTES, Reading(5, 6), 31)
    assert formula.level(UPVOTES, Reading(5, 6.5), 31) < formula.level(UPVOTES, Reading(5, 6), 31)
    assert formula.pace(POINTS, Reading(5, 0), 157) == formula.pace(POINTS, Reading(5, 4 / 3), 157)


@settings(max_examples=50)
@given(ages, counts, st.floats(0.5, 1000))
def test_more_votes_never_cost(age: float, count: float, more: float) -> None:
    for measure in (formula.level, formula.pace):
        assert measure(UPVOTES, Reading(count + more, age), 31) > measure(UPVOTES, Reading(count, age), 31)


@settings(max_examples=50)
@given(ages, st.floats(0.01, 500), st.sampled_from(sorted(formula.HORIZONS.values())))
def test_freshness_only_falls_and_is_never_a_gain(age: float, later: float, horizon: float) -> None:
    assert formula.freshness(0, horizon) == pytest.approx(0)
    assert formula.freshness(age + later, horizon) < formula.freshness(age, horizon) <= 1e-12


def test_eight_stars_are_usual_and_few_cost_little() -> None:
    assert formula.stars(8) == 0
    assert -0.2 < formula.stars(0) < 0 < formula.stars(9)


def test_the_usual_total_starts_as_shipped_and_follows_what_is_counted_here() -> None:
    assert formula.estimated_total(UPVOTES, 0, 0) == 31
    # Fifty papers at the end of their days with 3 votes each weigh as much as what was shipped.
    assert formula.estimated_total(UPVOTES, 150, 50) == pytest.approx(17)
    assert formula.estimated_total(UPVOTES, 3e6, 1e6) == pytest.approx(3, rel=0.01)
