from datetime import date
from urllib.parse import parse_qsl

import pytest

from broadsheet.errors import Invalid
from broadsheet.search.question import Question, decoded, read


def asked(query: str) -> Question:
    return read(parse_qsl(query, keep_blank_values=True))


def test_an_address_is_read_and_written_back() -> None:
    filters = "cat=cs.CV&cat=cs.LG&source=arxiv&has=code&since=2024-01-01&until=2024-12-31"
    query = f"q=salt+maps&{filters}&sort=recent"
    question = asked(query)
    assert question.address() == f"/search?{query}"
    assert question.address("/feeds/search.atom") == f"/feeds/search.atom?{query}"
    assert question.filters.categories == ("cs.CV", "cs.LG")
    assert question.filters.until == date(2024, 12, 31)


@pytest.mark.parametrize(
    "query",
    ["q=salt", "q=+salt+&since=&until=&sort=", "sort=relevance&q=salt", "q=salt&q=moss", "cat=&q=salt&from=x&page=3"],
)
def test_who_asks_the_same_gets_the_same_address(query: str) -> None:
    assert asked(query).address() == "/search?q=salt"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=best", "sort"),
        ("has=soul", "has"),
        ("since=yesterday", "since"),
        ("since=9999-99-99", "since"),
        ("until=10000-01-01", "until"),
        ("since=2025-01-01&until=2024-01-01", "since"),
        ("cat=" + "x" * 200, "cat"),
        ("source=a%00b", "source"),
        ("&".join(f"cat=c{n}" for n in range(30)), "cat"),
    ],
)
def test_bad_input_names_its_field(query: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        asked(query)
    assert caught.value.field == field
    assert caught.value.message.endswith(".")


def test_an_encoded_question_is_read_back() -> None:
    whole = Question("salt & <maps>", ("cs.IR", "a&b=c"), ("arxiv",), ("code",), date(2026, 1, 2), None, "newest")
    assert whole.encoded().isascii()
    assert decoded(whole.encoded()) == whole
    assert decoded(Question(cat=("cs.IR",)).encoded()) == Question(cat=("cs.IR",))


def test_who_follows_hears_the_newest_first_unless_another_order_was_chosen() -> None:
    assert Question(text="salt").followed().sort == "newest"
    assert Question(text="salt", sort="trending").followed().sort == "trending"
