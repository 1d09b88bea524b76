import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadsheet.papers.bylines import Bylines, Match, Names, is_name


def found(name: str, *byline: str) -> bool | None:
    """Whether a name surely stands in a byline (True), may stand there (False), or does not (None)."""
    match = Bylines({7: byline}).of(name).get(7)
    return None if match is None else match.sure


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ada Quill", "Ada Quill"),
        ("ada quill", "QUILL, Ada"),
        ("Ada Quill", "Ada M. Quill"),
        ("Ada Marie Quill", "Ada M. Quill"),
        ("Zoë Müller", "Zoe Mueller"),
        ("Søren Kjær", "Soren Kjar"),
        ("Wei Wang", "Wang Wei"),
        ("Wen-tau Yih", "Wentau Yih"),
        ("Laurens van der Maaten", "van der Maaten, Laurens"),
        ("Ada Quill Jr.", "Ada Quill"),
        ("A. Quill", "A Quill"),
        ("DeepSeek-AI", "DeepSeek-AI"),
    ],
)
def test_a_name_is_found_however_it_is_written(name: str, written: str) -> None:
    assert found(name, "Bruno Marsh", written) is True
    assert found(written, name) is True


@pytest.mark.parametrize("written", ["A. Quill", "A. M. Quill", "Quill, A.", "Quill AM"])
def test_an_initial_may_be_meant_and_is_told(written: str) -> None:
    assert found("Ada Quill", written) is False
    assert Bylines({1: (written,)}).of("Ada Quill") == {1: Match(written, sure=False)}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ada Quill", "Anna Quill"),
        ("Ada Quill", "B. Quill"),
        ("Ada Quill", "Ada Quilliam"),
        ("Ada Quill", "Quill"),
        ("Ada Marie Quill", "Ada B. Quill"),
        ("Wei Wang", "Wei Zhang"),
    ],
)
def test_another_name_is_not_found(name: str, written: str) -> None:
    assert found(name, written) is None


def test_of_several_in_one_byline_the_surest_counts() -> None:
    assert found("Ada Quill", "A. Quill", "Ada Quill") is True
    assert Bylines({1: ("A. Quill", "Ada Quill"), 2: ("A. Quill",)}).of("Ada Quill") == {
        1: Match("Ada Quill", sure=True),
        2: Match("A. Quill", sure=False),
    }


def test_a_muted_name_hides_nobody_else() -> None:
    names = Names(["Ada Quill", "Wang, Wei"])
    assert names.stand_in(["Bruno Marsh", "Ada M. Quill"])
    assert names.stand_in(["Wei Wang"])
    assert not names.stand_in(["A. Quill"])  # may be somebody else
    assert not names.stand_in(["Anna Quill", "Wei Wangari"])
    assert not Names([]).stand_in(["Ada Quill"])


def test_a_family_name_alone_is_no_name_to_look_for() -> None:
    assert not is_name("Quill")
    assert not is_name("")
    assert not is_name("…")
    assert is_name("A. Quill")
    assert is_name("李 明")


@example("{ A", ["{ A"])
@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=4))
def test_whatever_is_written_can_be_compared(name: str, byline: list[str]) -> None:
    assert found(name, *byline) in (True, False, None)
    assert Names([name]).stand_in(byline) in (True, False)
