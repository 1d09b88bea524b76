import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.digests.interests import Author, Category, Topic, author, category, decoded, page_of, section_of, topic
from broadsheet.errors import Invalid
from broadsheet.search.question import Question

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=40)


def test_each_kind_of_interest_says_what_it_is() -> None:
    made = {
        "topics": topic("", "salt maps"),
        "authors": author("Ada Quill", "cs.IR"),
        "categories": category("cs.IR"),
        "searches": Question(text="salt", cat=("cs.IR",)),
    }
    for section, one in made.items():
        assert section_of(one.encoded()) == section
        assert decoded(one.encoded()) == one


@given(name=WORDS, words=WORDS)
def test_whatever_the_words_are_they_come_back(name: str, words: str) -> None:
    for one in (Topic(name, words), Topic(name, "", (words, name)), Author(name, words), Category(words)):
        assert decoded(one.encoded()) == one
        assert one.encoded().isascii()


def test_a_topic_is_told_by_words_or_by_a_few_examples() -> None:
    assert topic(" Salt ", examples=["arxiv:1", "arxiv:2", "arxiv:1", "", "arxiv:3"]).examples == (
        "arxiv:1",
        "arxiv:2",
        "arxiv:3",
    )
    assert topic("", "quiet tides").title == "quiet tides"
    assert topic("Tides", "quiet tides").title == "Tides"
    assert topic("", examples=["a", "b", "c"]).title == "Like your examples"
    for given_ in (
        {"name": "x"},
        {"name": "x", "words": "salt", "examples": ["a", "b", "c"]},
        {"name": "x", "examples": ["a", "b"]},
        {"name": "x", "examples": ["a", "a", "a"]},
        {"name": "x", "examples": list("abcdef")},
        {"name": "x" * 121, "words": "salt"},
        {"name": "x", "words": "salt " * 30},
    ):
        with pytest.raises(Invalid):
            topic(**given_)


def test_an_author_needs_more_than_a_family_name() -> None:
    assert author("  Ada\n Quill ").name == "Ada Quill"
    with pytest.raises(Invalid, match="borne by many"):
        author("Quill")
    with pytest.raises(Invalid):
        category("  ")


def test_each_leads_to_the_page_that_shows_more_of_it() -> None:
    assert page_of(author("Ada Quill", "cs.IR").encoded()) == "/search?q=author%3A%22Ada+Quill%22&cat=cs.IR"
    assert page_of(category("cs.IR").encoded()) == "/search?q=&cat=cs.IR"
    assert page_of(topic("", "salt maps").encoded()) == "/search?q=salt+maps"
    assert page_of(topic("", examples=["a", "b", "c"]).encoded()) == ""
    assert page_of("q=salt") == "/search?q=salt"
