from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.trending.attention import Attention
from broadsheet.trending.explain import Part, parts, sentence, shown, total, votes
from broadsheet.trending.formula import KINDS, Measure, Weights, freshness
from broadsheet.trending.readings import Reading

DAY = Measure({name: 0 if kind.own else kind.total for name, kind in KINDS.items()}, 48)
EXAMPLE = Attention(7, {"hf_upvotes": 7}, {"hf_upvotes": Reading(24, 7)}, 120)


def known(age: float, *, upvotes: Reading | None = None, stars: float | None = None) -> Attention:
    readings = {"hf_upvotes": upvotes} if upvotes else {}
    return Attention(age, dict.fromkeys(readings, age), readings, stars)


def test_the_worked_example_reads_as_published() -> None:
    found = parts(EXAMPLE, DAY)
    assert [(part.name, part.reason) for part in found] == [
        ("level", "24 upvotes on Hugging Face; 9 are usual at 7 hours"),
        ("pace", "24 of them in the last 7 hours, where 9 are usual"),
        ("freshness", "7 hours old: a paper of this age still gets two thirds of the attention of a new one"),
        ("stars", "code with 120 stars; 8 are usual"),
    ]
    assert [part.value for part in shown(found)] == [0.41, 0.96, -0.62, 0.57]
    assert round(total(found), 2) == 1.32


def test_the_reason_for_a_place_names_its_evidence_once() -> None:
    assert sentence(parts(EXAMPLE, DAY)) == (
        "24 upvotes on Hugging Face; 9 are usual at 7 hours. Code with 120 stars; 8 are usual."
    )


def test_of_many_things_the_first_is_told_in_full_and_the_others_are_named() -> None:
    readings = {"comments": Reading(1, 20), "hf_upvotes": Reading(74, 27, 36, 15), "votes": Reading(0.4, 20, 0.2, 14)}
    found = parts(Attention(27, dict.fromkeys(readings, 27), readings, 91, citations=3), BUSY)
    assert sentence(found) == (
        "74 upvotes on Hugging Face; 19 are usual at 27 hours; 38 of them in the last 12 hours, where 5 are usual. "
        "Also 1 comment here, votes here worth 0.4, code with 91 stars and 3 citations."
    )


def test_a_pace_of_its_own_is_told_too() -> None:
    found = parts(known(30, upvotes=Reading(50, 30, 20, 18)), DAY)
    assert sentence(found) == (
        "50 upvotes on Hugging Face; 19 are usual at 30 hours; 30 of them in the last 12 hours, where 4 are usual."
    )


def test_an_old_count_is_not_told_as_recent() -> None:
    found = parts(known(40, upvotes=Reading(50, 30, 20, 18)), DAY)
    assert found[1].reason == "30 of them in the 12 hours before the last reading, where 4 are usual"


def test_the_age_floor_is_told() -> None:
    level, pace, freshness = parts(known(0.5, upvotes=Reading(1, 0.5)), DAY)
    assert level.reason == "1 upvote on Hugging Face; 8 are usual at 6 hours, the youngest age that is judged"
    assert pace.reason == "1 of them in the last hour, where 8 are usual in 6 hours"
    assert freshness.reason.startswith("less than an hour old")


def test_without_votes_there_is_freshness_and_stars_alone() -> None:
    found = parts(known(3, stars=1), DAY)
    assert [part.name for part in found] == ["freshness", "stars"]
    assert sentence(found) == (
        "No votes known. 3 hours old: a paper of this age still gets 82 % of the attention of a new one. "
        "Code with 1 star; 8 are usual."
    )
    assert votes(found) == 0


def test_kinds_add_up_and_a_missing_one_changes_nothing() -> None:
    both = Attention(
        7, {"hf_upvotes": 7, "hn_points": 2}, {"hf_upvotes": Reading(24, 7), "hn_points": Reading(90, 2)}, 120
    )
    alone = {(part.kind, part.name): part.value for part in parts(EXAMPLE, DAY)}
    together = {(part.kind, part.name): part.value for part in parts(both, DAY)}
    assert together == alone | {key: value for key, value in together.items() if key[0] == "hn_points"}
    assert votes(parts(both, DAY)) == pytest.approx(24 / 31 + 90 / 157)


def test_freshness_is_the_largest_that_a_kind_gives_by_its_own_age_and_half_time() -> None:
    points = {"hn_points": Reading(90, 7)}
    alone = parts(Attention(1, {"hn_points": 7}, points, None), DAY)[-1]
    assert alone.value == pytest.approx(freshness(7, 48, 4))
    assert alone.reason == (
        "7 hours on Hacker News: a paper of this age still gets a third of the attention of a new one"
    )
    both = Attention(1, {"hn_points": 7, "hf_upvotes": 9}, points | {"hf_upvotes": Reading(9, 9)}, None)
    assert parts(both, DAY)[-1].value == pytest.approx(freshness(9, 48, 18))


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (0, "nothing is lost to age yet"),
        (24, "a third"),
        (40, "19 %"),
        (12, "half"),
        (5_000, "less than 1 %"),
    ],
)
def test_what_age_leaves_is_told_in_words_or_per_cent(age: float, words: str) -> None:
    assert words in parts(known(age), DAY)[0].reason


BUSY = replace(DAY, totals={name: kind.total for name, kind in KINDS.items()} | {"votes": 8.0})


def test_what_nobody_does_here_says_nothing_and_what_all_do_is_missed() -> None:
    assert [part.name for part in parts(known(7), DAY)] == ["freshness"]
    quiet, _ = parts(known(18), BUSY)
    assert (quiet.name, quiet.kind, quiet.reason) == ("quiet", "", "no votes here yet; 4 are usual at 18 hours")
    assert quiet.value < -1.5
    assert parts(known(18), replace(BUSY, weights=replace(BUSY.weights, kinds=dict.fromkeys(KINDS, 0))))[0].value < 0


def test_a_vote_here_never_lowers_a_paper() -> None:
    for age in (0.0, 3.0, 18.0, 300.0):
        scores = [total(parts(known(age), BUSY))]
        for count in (1, 2, 5):
            reading = Reading(count, age, 0, max(age - 6, 0))
            scores.append(total(parts(Attention(age, {"votes": age}, {"votes": reading}, None), BUSY)))
        assert scores == sorted(scores)


def test_an_own_count_that_stands_still_is_told_so() -> None:
    found = parts(Attention(30, {"votes": 30}, {"votes": Reading(3, 30, 3, 24)}, None), BUSY)
    assert [(part.name, part.reason) for part in found[:2]] == [
        ("level", "3 votes here; 5 are usual at 30 hours"),
        ("pace", "none of them in the last 6 hours, where fewer than 1 is usual"),
    ]
    assert "none of them in the last 6 hours" in sentence(found)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0.2, "votes here worth 0.2; "),
        (0.04, "votes here worth 0.1; "),
        (2.4, "votes here worth 2.4; "),
        (3 * 0.1 / 0.3, "1 vote here; "),
    ],
)
def test_votes_that_do_not_count_whole_are_not_told_as_none(count: float, words: str) -> None:
    found = parts(Attention(8, {"votes": 8}, {"votes": Reading(count, 8, count / 2, 2)}, None), BUSY)
    assert found[0].reason.startswith(words)
    assert "0 of them" not in sentence(found)


def test_the_past_asks_for_the_level_alone() -> None:
    found = parts(replace(EXAMPLE, citations=10), replace(DAY, past=True))
    assert [part.name for part in found] == ["level", "stars", "citations"]
    assert found[0].value == pytest.approx(1.37, abs=0.005)
    assert found[2].value == pytest.approx(0.1)
    assert found[2].reason == "10 citations; none are usual for a new paper"


def test_weights_scale_their_parts_and_a_kind_without_weight_is_left_out() -> None:
    doubled = replace(DAY, weights=Weights({**DAY.weights.kinds, "hf_upvotes": 2}, pace=0.5, stars=0.4))
    level, pace, _, stars = parts(EXAMPLE, doubled)
    assert level.value == pace.value == pytest.approx(1.37, abs=0.005)
    assert stars.value == pytest.approx(2 * 0.57, abs=0.005)
    without = replace(DAY, weights=Weights({**DAY.weights.kinds, "hf_upvotes": 0}))
    assert [part.name for part in parts(EXAMPLE, without)] == ["freshness", "stars"]


def test_visits_count_for_no_quorum_and_a_reader_here_as_much_as_one_elsewhere() -> None:
    readings = {"votes": Reading(31, 7), "clicks": Reading(500, 7)}
    assert votes(parts(Attention(7, dict.fromkeys(readings, 7), readings, None), BUSY)) == pytest.approx(1)


def test_a_quiet_part_that_rounds_to_nothing_is_not_shown() -> None:
    exact = (Part("quiet", -0.001, "no votes here yet"), Part("freshness", -0.5, ""))
    assert [part.name for part in shown(exact)] == ["freshness"]


@example([0.975])
@settings(max_examples=200)
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_shown_parts_add_up_to_the_shown_score(values: list[float]) -> None:
    exact = tuple(Part("level", value, "") for value in values)
    rounded = shown(exact)
    assert round(sum(part.value for part in rounded), 2) == round(total(exact), 2)
    assert all(abs(before.value - after.value) <= 0.01 + 1e-9 for before, after in zip(exact, rounded, strict=True))


@settings(max_examples=100)
@given(st.floats(0, 3_000), st.floats(0, 1e5), st.floats(0, 1e5), st.none() | st.floats(0, 1e6))
def test_every_attention_has_finite_parts_and_a_sentence(
    age: float, count: float, gained: float, stars: float | None
) -> None:
    reading = Reading(count + gained, age, count, max(age - 12, 0.0))
    found = parts(known(age + 1, upvotes=reading, stars=stars), DAY)
    assert abs(total(found)) < 100
    assert sentence(found).endswith(".")
