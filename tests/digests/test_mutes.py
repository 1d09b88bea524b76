import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.digests.mutes import LONGEST, MOST_MUTES, Compiled, Mute, apart, checked
from broadsheet.errors import Invalid
from tests.invented import paper

ONE = apart(
    paper(
        1,
        title="Counting tide tables: a survey",
        abstract="We study state of the art transformers for salt maps.",
        authors=("Ada M. Quill", "Bruno Marsh"),
        categories=("cs.IR", "q-bio.NC"),
    )
)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("word", "Transformer"),  # in any form
        ("word", "SURVEYS"),
        ("word", "salt map"),
        ("word", "the state of the art"),
        ("author", "Ada Quill"),
        ("author", "Marsh, Bruno"),
        ("category", "cs.ir"),
        ("category", "q-bio"),
    ],
)
def test_what_is_muted_hides_a_paper(kind: str, value: str) -> None:
    assert Compiled([checked(kind, value)]).hide(ONE)
    assert Compiled([Mute("word", "zeppelin"), checked(kind, value)]).hide(ONE)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("word", "maps salt"),
        ("word", "survey tide"),
        ("word", "surveyor salt"),
        ("author", "A. Quill"),
        ("author", "Anna Quill"),
        ("category", "cs.I"),
        ("category", "bio"),
    ],
)
def test_other_mutes_hide_nothing(kind: str, value: str) -> None:
    assert not Compiled([checked(kind, value)]).hide(ONE)


def test_papers_are_muted_by_their_numbers() -> None:
    assert Compiled([], [1, 7]).hide(ONE)
    assert not Compiled([], [2]).hide(ONE)
    assert not Compiled([]).hide(ONE)


def test_what_would_hide_nothing_or_everything_is_refused() -> None:
    for kind, value, field in (
        ("smell", "x", "kind"),
        ("word", " ", "value"),
        ("word", "the of and", "value"),
        ("word", "…", "value"),
        ("word", "x" * (LONGEST + 1), "value"),
        ("word", "one two three four five six seven eight nine ten salt map tide", "value"),
        ("author", "Quill", "value"),
    ):
        with pytest.raises(Invalid) as told:
            checked(kind, value)
        assert told.value.field == field
    assert checked("word", " salt\x00 \u202emaps ") == Mute("word", "salt maps")


def test_ten_thousand_mutes_hide_what_the_last_of_them_names() -> None:
    mutes = [Mute("word", f"salt{n} maps{n}") for n in range(MOST_MUTES - 2)]
    compiled = Compiled([*mutes, Mute("author", "Ada Quill")])
    assert compiled.hide(ONE)
    assert not compiled.hide(apart(paper(2)))
    assert compiled.hide(apart(paper(2, title=f"A salt{MOST_MUTES - 3} maps{MOST_MUTES - 3}")))


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_words_can_be_asked_for(values: list[str]) -> None:
    assert Compiled([Mute("word", value) for value in values]).hide(ONE) in (True, False)
