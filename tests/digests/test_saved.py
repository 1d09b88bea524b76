from datetime import UTC, date, datetime

import pytest

from broadsheet.digests.saved import LONGEST_QUESTION, LONGEST_TITLE, SavedSearch, checked, pasted, title_of
from broadsheet.errors import Invalid
from broadsheet.search.question import Question


def test_what_asks_the_same_is_saved_alike() -> None:
    asked = [
        Question(text="salt  maps", cat=("cs.IR",)),
        pasted("https://tide.example.org/search?cat=cs.IR&q=salt+maps&page=2"),
    ]
    assert {checked(one).encoded() for one in asked} == {"q=salt+maps&cat=cs.IR"}


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question(), "no question to save"),
        (Question(text=" \n"), "no question to save"),
        (Question(text="?!"), "no word to search"),
        (Question(text="2601.00003"), "names one paper"),
        (Question(text="https://arxiv.org/abs/2601.00003"), "names one paper"),
        (Question(text="moss " * LONGEST_QUESTION), "too long to be saved"),
        (Question(text="潮" * 300), "2,702 characters of 2,000"),
    ],
)
def test_what_can_have_no_news_is_refused(question: Question, says: str) -> None:
    with pytest.raises(Invalid, match=says) as error:
        checked(question)
    assert error.value.field == "q"


def test_filters_alone_are_a_question() -> None:
    assert checked(Question(cat=("cs.IR",))).encoded() == "q=&cat=cs.IR"


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("salt maps", Question(text="salt maps")),
        ("what is a search?", Question(text="what is a search?")),
        ("/search?q=salt&has=code&since=2026-01-02", Question(text="salt", has=("code",), since=date(2026, 1, 2))),
        ("http://x.example/feeds/search.atom?q=salt&sort=trending ", Question(text="salt", sort="trending")),
    ],
)
def test_words_and_addresses_can_be_pasted(typed: str, question: Question) -> None:
    assert pasted(typed) == question


def test_an_address_that_asks_nothing_is_told() -> None:
    with pytest.raises(Invalid, match="no order"):
        pasted("/search?q=salt&sort=loudest")


def test_a_title_is_one_printable_line() -> None:
    whole = Question("salt maps", ("cs.IR", "cs.LG"), ("arxiv",), ("code",), date(2026, 1, 2), date(2026, 2, 3))
    assert title_of(whole) == "salt maps · cs.IR · cs.LG · from arxiv · has code · since 2026-01-02 · until 2026-02-03"
    assert title_of(Question(text="a\r\nBcc: b\x00\u202e" + "c" * 300)).startswith("a Bcc: b")
    assert len(title_of(Question(text="c" * 300))) == LONGEST_TITLE


def test_where_a_search_is_shown() -> None:
    saved = SavedSearch(1, "q=salt+maps", "salt maps", datetime(2026, 1, 15, tzinfo=UTC), None)
    assert (saved.page, saved.feed, saved.waits) == ("/search?q=salt+maps", "/feeds/search.atom?q=salt+maps", True)
