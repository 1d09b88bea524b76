from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers import difference
from broadsheet.papers.difference import People, Piece

_TEXTS = st.lists(st.sampled_from(["salt", "loom", "of", "winter", "a"]), max_size=12).map(" ".join)


def test_a_changed_word_stands_beside_the_one_before() -> None:
    assert difference.pieces("Looms in winter", "Looms in summer again") == [
        Piece("kept", "Looms in "),
        Piece("gone", "winter"),
        Piece("new", "summer again"),
    ]


def test_what_is_equal_is_kept_and_nothing_is_nothing() -> None:
    assert difference.pieces("Looms", "Looms") == [Piece("kept", "Looms")]
    assert difference.pieces("", "") == []
    assert difference.pieces("", "Looms") == [Piece("new", "Looms")]


@given(_TEXTS, _TEXTS)
def test_the_pieces_give_both_texts_again(before: str, after: str) -> None:
    told = difference.pieces(before, after)
    assert " ".join("".join(one.text for one in told if one.kind != "gone").split()) == after
    assert " ".join(" ".join(one.text for one in told if one.kind != "new").split()) == before


def test_texts_without_end_are_told_as_replaced() -> None:
    before = "salt " * (difference.LONGEST + 1)
    assert difference.pieces(before, "loom") == [Piece("gone", before), Piece("new", "loom")]


def test_the_share_of_changed_words() -> None:
    assert difference.share("a b c d", "a b c d") == 0.0
    assert difference.share("a b", "c d") == 1.0
    assert difference.share("a b c d", "a b c e") == 0.25


def test_who_joined_who_left_and_who_is_only_written_in_another_way() -> None:
    before, after = ("Ada Quill", "Bruno Marsh"), ("A. Quill", "Chiara Vale")
    assert difference.authors(before, after) == People(("Bruno Marsh",), ("Chiara Vale",), reordered=False)
    assert difference.authors(before, ("Bruno Marsh", "Ada Quill")) == People((), (), reordered=True)
    assert difference.authors(before, ("Quill, Ada", "Marsh, Bruno")) == People((), (), reordered=False)
