from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers import people, traces
from broadsheet.papers.evidence import USUAL
from tests.invented import record

QUILLS = ("Ada Quill", "Bo Heddle", "Cy Warp", "Di Weft")
SPRING = date(2026, 4, 2)


def _may_be(
    mine: tuple[str, ...], theirs: tuple[str, ...], day: date | None = SPRING, other: date | None = SPRING
) -> bool:
    stored = traces.of(record(1, authors=theirs, published=other))
    return traces.test(record(2, authors=mine, published=day))(stored)


@pytest.mark.parametrize(
    "written",
    [
        ("Quill, Ada", "Heddle, Bo", "Warp, Cy", "Weft, Di"),
        ("A. Quill", "B. Heddle", "C. Warp", "D. Weft"),
        ("Weft Di", "Warp Cy", "Heddle Bo", "Quill Ada"),
        ("Ádá Quill", "Bo Heddle", "Cy Warp", "Di Weft", "Ed Bobbin"),
    ],
)
def test_the_same_people_may_have_written_one_work_however_they_are_written(written: tuple[str, ...]) -> None:
    assert _may_be(QUILLS, written)
    assert _may_be(written, QUILLS)


def test_other_people_did_not() -> None:
    assert not _may_be(QUILLS, ("Ada Quill", "Xin Wu", "Yan Zhou", "Zoe Young"))
    assert not _may_be(QUILLS, QUILLS[:1])


def test_years_between_speak_against_it() -> None:
    assert not _may_be(QUILLS, QUILLS, date(2020, 1, 1))
    assert _may_be(QUILLS, QUILLS, date(2024, 4, 30))


def test_what_is_not_known_speaks_against_nothing() -> None:
    assert _may_be(QUILLS, QUILLS, None)
    assert _may_be(QUILLS, QUILLS, date(1, 1, 1))
    many = tuple(f"Ada {letter}quill{n}" for letter in "bcd" for n in range(30))
    assert _may_be(many, many[40:])
    assert traces.test(record(1, authors=QUILLS))(traces.UNTOLD)


NAMES = st.text("abcé. -,", min_size=1, max_size=12)


@given(st.lists(NAMES, max_size=6), st.lists(NAMES, max_size=6), st.dates(), st.dates())
def test_it_refuses_nobody_whom_the_rule_for_abstracts_would_take(
    mine: list[str], theirs: list[str], day: date, other: date
) -> None:
    agree = people.agreement(mine, theirs).all_but_few
    within = abs((day.year - other.year) * 12 + day.month - other.month) <= USUAL
    if agree and within:
        assert _may_be(tuple(mine), tuple(theirs), day, other)


@given(st.lists(NAMES, max_size=80), st.dates())
def test_a_trace_fits_a_signed_column(authors: list[str], day: date) -> None:
    assert 0 <= traces.of(record(1, authors=tuple(authors), published=day)) < 1 << 63
