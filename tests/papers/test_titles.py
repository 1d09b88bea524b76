import pytest

from broadsheet.papers import titles


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A Gentle Guide: Moss, Again!", "a gentle guide — moss again"),
        ("Pre-Training of Glass Looms", "Pretraining of glass looms"),
        ("The {BIG} Loom of $n$ Threads", "The Big Loom of n threads"),
        ("Étude of naïve birds", "Etude of naive birds"),
        ("\\emph{Quiet} Engines", "Quiet engines"),
        ("Straße nach Süden", "Strasse nach Suden"),
    ],
)
def test_spellings_of_one_title_are_alike(one: str, other: str) -> None:
    assert titles.normalised(one) == titles.normalised(other) != ""


def test_other_titles_are_not() -> None:
    assert titles.normalised("On salt maps, part 1") != titles.normalised("On salt maps, part 2")


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Introduction",
        "Preface",
        "Book Review",
        "Message from the Program Chairs",
        "Introduction to the Special Issue on Salt",
        "Front matter",
        "!!! ???",
        "2019 2020 2021 2022",
        "Moss",
    ],
)
def test_titles_that_name_nothing(title: str) -> None:
    assert not titles.is_telling(title)


@pytest.mark.parametrize(
    "title", ["On counting tide tables", "Program synthesis of quiet glass looms", "Glass Looms 2.0 forever"]
)
def test_titles_that_name_a_work(title: str) -> None:
    assert titles.is_telling(title)


@pytest.mark.parametrize(
    ("name", "family", "initial"),
    [
        ("Ada Quill", "quill", "a"),
        ("Quill, Ada", "quill", "a"),
        ("A. van der Quill", "quill", "a"),
        ("van der Quill, A.", "quill", "a"),
        ("Ada Quill Jr.", "quill", "a"),
        ("Édouard Léger", "leger", "e"),
        ("Ada Oak-Stone", "oakstone", "a"),
        ("Quill", "quill", ""),
        ("", "", ""),
        (" , ", "", ""),
    ],
)
def test_names(name: str, family: str, initial: str) -> None:
    assert titles.person(name) == (family, initial)
    assert titles.family_name(name) == family
