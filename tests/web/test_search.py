from datetime import date

import pytest

from broadsheet.papers.paper import Artefact
from tests.invented import record
from tests.web.conftest import Instance

CODE = (Artefact("code", "https://github.com/quill/maps"),)


@pytest.fixture
def library(instance: Instance) -> Instance:
    instance.add(
        *(record(n) for n in range(1, 60)),
        record(70, title="Glass looms, by hand", abstract="We weave $n^2$ threads <b>slowly</b>.", artefacts=CODE),
        record(71, title="Glass looms again", source="hf", published=date(2024, 5, 1), categories=("cs.SE",)),
    )
    return instance


def test_results_say_what_matched_and_why(library: Instance) -> None:
    page = library.get("/search?q=glass+looms+hand").text
    assert "<mark>Glass looms</mark>" in page or "<mark>Glass</mark> <mark>looms</mark>" in page
    assert "Why this result" in page
    assert "<msup><mi>n</mi><mn>2</mn></msup>" in page
    assert "&lt;b&gt;slowly" in page
    assert 'value="glass looms hand"' in page


def test_facets_carry_counts_and_filters_can_be_taken_off(library: Instance) -> None:
    page = library.get("/search?q=glass+looms&has=code").text
    assert 'name="has" value="code" checked' in page
    assert 'href="/search?q=glass+looms"><span class="vh">Remove </span>has code</a>' in page
    assert "<b>1 paper</b>" in page
    assert "Code</span>" in page


def test_filters_by_date_category_and_source(library: Instance) -> None:
    page = library.get("/search?q=glass+looms&since=2024-01-01&until=2024-12-31&cat=cs.SE&source=hf").text
    assert "<b>1 paper</b>" in page
    assert "Glass looms again" in page.replace("<mark>", "").replace("</mark>", "")


def test_pages_follow_each_other(library: Instance) -> None:
    first = library.get("/search?q=patience").text
    assert "1 to 20 of" in first
    assert 'href="/search?q=patience&amp;page=2" rel="next"' in first
    second = library.get("/search?q=patience&page=2").text
    assert '<ol class="results" start="21">' in second
    assert 'rel="prev"' in second
    assert "There is no page 50" in library.get("/search?q=patience&page=50").text


def test_the_order_can_be_chosen(library: Instance) -> None:
    newest = library.get("/search?q=glass+looms&sort=newest").text
    assert 'aria-current="true">Newest' in newest
    assert library.get("/search?q=glass+looms&sort=trending").status_code == 200


@pytest.mark.parametrize("name", ["2601.00003", "arXiv:2601.00003v2", "https://arxiv.org/abs/2601.00003"])
def test_a_pasted_identifier_leads_to_its_paper(library: Instance, name: str) -> None:
    answer = library.client.get("/search", params={"q": name}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/paper/arxiv:2601.00003"


def test_an_unknown_identifier_says_so(library: Instance) -> None:
    page = library.get("/search?q=2301.99999").text
    assert "No paper here carries arXiv 2301.99999" in page
    assert 'href="https://arxiv.org/abs/2301.99999"' in page


def test_nothing_found_says_what_to_drop(library: Instance) -> None:
    page = library.get('/search?q="glass looms" has:demo').text
    assert "Nothing matches" in page
    assert "without has:demo</a>" in page
    assert "Closest by meaning" in page
    page = library.get("/search?q=glass+looms&has=demo").text
    assert "without “has demo”</a>" in page


def test_what_could_not_be_parsed_is_told(library: Instance) -> None:
    assert "it is searched as words" in library.get("/search?q=moss+has:soul").text


def test_without_a_question_it_says_how_to_ask(library: Instance) -> None:
    page = library.get("/search").text
    assert "What are you looking for?" in page
    assert "Newest papers" in page
    assert "61 papers can be searched" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("q=moss&page=0", "is no page"),
        ("q=moss&page=x", "is no page"),
        ("q=moss&since=yesterday", "is no date"),
        ("q=moss&sort=best", "is no order"),
        ("q=moss&has=soul", "is no kind of artefact"),
        ("q=-", "holds no word"),
    ],
)
def test_bad_input_is_told_beside_the_field(library: Instance, query: str, says: str) -> None:
    page = library.get(f"/search?{query}", 400).text
    assert says in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize(
    "query",
    [
        "x" * 10_000,
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "%E2%80%AEmoss",
        '"',
        "((((",
        "author:",
        "date:..",
        "*",
        "%0A%0D",
        "-" * 5000,
    ],
)
def test_no_question_breaks_the_page(library: Instance, query: str) -> None:
    answer = library.client.get(f"/search?q={query}")
    assert answer.status_code in (200, 400), answer.text[:300]
    assert "What are you looking for?" in answer.text


def test_a_question_is_escaped_where_it_is_repeated(library: Instance) -> None:
    page = library.client.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_links_to_authors_and_categories_find_them(library: Instance) -> None:
    assert "papers</b>" in library.client.get("/search", params={"q": 'author:"Ada Quill"'}).text
    assert "papers</b>" in library.get("/search?q=cat:cs.IR&sort=newest").text
