from datetime import date

import pytest
from starlette.datastructures import QueryParams

from broadsheet.errors import Invalid
from broadsheet.web.asked import Asked, read


def _read(query: str) -> Asked:
    return read(QueryParams(query))


def test_an_address_is_read_and_written_back() -> None:
    filters = "cat=cs.CV&cat=cs.LG&source=arxiv&has=code&since=2024-01-01&until=2024-12-31"
    url = f"/search?q=salt+maps&{filters}&sort=newest&page=3"
    asked = _read(url.partition("?")[2])
    assert asked.url() == url
    assert (asked.text, asked.cat, asked.page, asked.offset) == ("salt maps", ("cs.CV", "cs.LG"), 3, 40)
    assert asked.filters.since == date(2024, 1, 1)


def test_nothing_asked_is_nothing() -> None:
    assert _read("") == Asked()
    assert _read("q=+&cat=&since=&page=&sort=") == Asked()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=501", "page"),
        ("page=two", "page"),
        ("page=%D9%A3", "page"),
        ("page=99999999999999999999", "page"),
        ("sort=best", "sort"),
        ("has=soul", "has"),
        ("since=yesterday", "since"),
        ("until=2024-13-01", "until"),
        ("since=2025-01-01&until=2024-01-01", "since"),
        ("cat=" + "x" * 200, "cat"),
        ("cat=a%00b", "cat"),
        ("&".join(f"cat=c{n}" for n in range(30)), "cat"),
    ],
)
def test_bad_input_names_its_field(query: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        _read(query)
    assert caught.value.field == field
    assert caught.value.message.endswith(".")


def test_each_filter_can_be_taken_off() -> None:
    asked = _read("q=x&cat=cs.CV&has=code&source=hf&since=2024-01-01&until=2024-12-31&page=2")
    rest = dict(asked.in_force())
    assert list(rest) == ["2024", "cs.CV", "from Hugging Face", "has code"]
    assert rest["cs.CV"].cat == ()
    assert rest["cs.CV"].page == 1
    assert rest["2024"].since is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2022-01-01&until=2025-12-31", "2022 to 2025"),
        ("since=2022-03-01", "from 1 Mar 2022"),
        ("until=2022-03-01", "until 1 Mar 2022"),
        ("since=2022-03-01&until=2022-03-05", "1 Mar 2022 to 5 Mar 2022"),
    ],
)
def test_spans_are_told_in_words(query: str, said: str) -> None:
    assert [words for words, _ in _read(query).in_force()] == [said]


def test_a_new_order_begins_on_the_first_page() -> None:
    assert _read("q=x&page=4").sorted_by("newest").url() == "/search?q=x&sort=newest"
    assert _read("q=x&page=4").on_page(5).url() == "/search?q=x&page=5"


def test_refinement_is_kept_from_page_to_page_and_can_be_taken_back() -> None:
    asked = _read("q=moss&refine=1&page=2")
    assert asked.url() == "/search?q=moss&refine=1&page=2"
    assert asked.refined(False).url() == "/search?q=moss"
    assert _read("q=moss").refined(True).url() == "/search?q=moss&refine=1"
    assert not _read("q=moss&refine=0").refine
