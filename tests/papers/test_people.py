import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers import people


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Quill", "A. Quill"),
        ("Ada Quill", "Quill, Ada"),
        ("Wang Wei", "Wei Wang"),
        ("Hung Quang Oak", "Quang Hung Oak"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Anders Søgaard", "Anders Sogaard"),
        ("Łukasz Dąb", "Lukasz Dab"),
        ("Ateret Anaby Tavor", "Ateret Anaby-Tavor"),
        ("Soyeon Caren Han", "Caren Han"),
        ("Ada van der Quill", "Ada Quill"),
        ("Ada Quill Jr.", "ADA QUILL"),
        ("Quill", "Ada Quill"),
    ],
)
def test_two_ways_to_write_one_person(one: str, other: str) -> None:
    assert people.agreement([one], [other]).shared == people.agreement([other], [one]).shared == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Wei Wang", "Xin Wang"), ("Ada Quill", "B. Quill"), ("Ada Quill", "Ada Marsh"), ("Ada Quill", ""), ("", "")],
)
def test_two_persons(one: str, other: str) -> None:
    assert people.agreement([one], [other]).shared == 0


def test_a_person_stands_for_one_other_alone() -> None:
    told = people.agreement(["Wei Wang", "Wang Wei"], ["Wei Wang", "Xin Wu"])
    assert (told.shared, told.fewer, told.more) == (1, 2, 2)


@pytest.mark.parametrize(
    ("shared", "fewer", "more", "probable", "all_but_few"),
    [
        (0, 0, 3, False, False),
        (1, 1, 1, True, True),
        (1, 1, 9, True, False),
        (1, 2, 2, False, False),
        (2, 2, 4, True, True),
        (2, 4, 4, True, False),
        (4, 5, 5, True, True),
    ],
)
def test_what_an_agreement_is_worth(shared: int, fewer: int, more: int, probable: bool, all_but_few: bool) -> None:
    told = people.Agreement(shared, fewer, more)
    assert (told.probable, told.all_but_few) == (probable, all_but_few)


@given(st.lists(st.text(max_size=30), max_size=8), st.randoms(use_true_random=False))
def test_order_plays_no_part(names: list[str], order: object) -> None:
    shuffled = order.sample(names, len(names))  # type: ignore[attr-defined]
    told = people.agreement(names, shuffled)
    assert told.shared == told.fewer == told.more


def test_thousands_of_authors_are_compared_in_no_time() -> None:
    crowd = [f"Author Number{n}" for n in range(3_000)]
    assert people.agreement(crowd, crowd).shared == people.MOST


def test_the_first_family_name_is_told() -> None:
    assert people.first_family(("Jürgen Müller", "Ada Quill")) == people.first_family(("Mueller, J.",))
    assert people.first_family(()) == ""
