import re

import pytest

from tests.invented import record
from tests.web.conftest import Instance, upvotes


@pytest.fixture(scope="module")
def busy(read_only: Instance) -> Instance:
    """Fifty papers: odd ones are of cs.IR, even ones of cs.CV and cs.LG; the higher the number, the more votes."""
    read_only.add(*(record(n, signals=upvotes(10 + n, read_only.clock)) for n in range(50)))
    return read_only


def titles(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'<h2 class="hed"><a href="/paper/arxiv:2601.0*(\d+)">', page)]


def test_each_place_has_its_reason_and_the_sum_behind_it(busy: Instance) -> None:
    page = busy.get("/trending").text
    assert titles(page) == list(range(49, 19, -1))
    assert "59 upvotes on Hugging Face; 11 are usual at 10 hours." in page
    assert "What adds up to rank 1" in page
    assert "30 of 50 candidates" in page
    assert titles(busy.get("/trending?places=100").text) == list(range(49, -1, -1))


def test_a_category_and_an_archive_have_pages_of_their_own(busy: Instance) -> None:
    assert titles(busy.get("/trending?category=cs.IR").text) == list(range(49, 0, -2))
    page = busy.get("/trending?window=week&category=cs").text
    assert len(titles(page)) == 30
    assert 'href="/trending?window=week"' in page
    assert "Nothing" not in page


@pytest.mark.parametrize("window", ["day", "week", "month"])
@pytest.mark.parametrize("order", ["next", "past"])
def test_every_window_has_both_orders(busy: Instance, window: str, order: str) -> None:
    page = busy.get(f"/trending?window={window}&order={order}").text
    assert titles(page)[0] == 49
    assert ("Freshness" in page) is (order == "next")


def test_an_empty_page_says_what_to_do(instance: Instance, busy: Instance) -> None:
    page = busy.get("/trending?category=math.NT").text
    assert "No paper of math.NT trends in this window." in page
    assert 'href="/search?q=cat:math.NT"' in page
    assert "Nothing trends yet" not in page


def test_nothing_at_all_is_told_too(instance: Instance) -> None:
    assert "Nothing trends yet" in instance.get("/trending").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("window=decade", "use day, week or month"),
        ("order=random", "use next or past"),
        (f"category={'x' * 65}", "none has so long a name"),
    ],
)
def test_what_is_unknown_is_refused_in_words(instance: Instance, query: str, words: str) -> None:
    assert words in instance.get(f"/trending?{query}", 400).text


def test_a_hostile_category_stays_text(instance: Instance) -> None:
    page = instance.get("/trending?category=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
