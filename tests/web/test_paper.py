from datetime import date, timedelta

import pytest

from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from tests.invented import record
from tests.web.conftest import Instance, upvotes

PATH = "/paper/arxiv:2601.00001"


@pytest.fixture(scope="module")
def one(read_only: Instance) -> Instance:
    """An instance with one paper, for tests that only look."""
    read_only.add(record(1))
    return read_only


def test_a_paper_shows_what_is_known(instance: Instance) -> None:
    one = Identifier("arxiv", "2601.00001")
    versions = (Version(one, 1, date(2026, 1, 2)), Version(one, 2, date(2026, 1, 9)))
    artefacts = (
        Artefact("code", "https://github.com/quill/tides", licence="MIT", stars=40),
        Artefact("data", "https://huggingface.co/datasets/quill/tides"),
    )
    told = {"venue": "Proceedings of Patience", "comments": "12 pages", "versions": versions, "artefacts": artefacts}
    instance.add(record(1, title="Tides: a slow look", abstract="First.\n\nSecond with $n^2$.", **told))
    page = instance.get(PATH).text
    for said in (
        '<span class="deck">a slow look</span>',
        "<p>First.",
        "<msup><mi>n</mi><mn>2</mn></msup>",
        "Proceedings of Patience",
        "12 pages",
        "https://arxiv.org/pdf/2601.00001",
        "version 2 of 9 Jan 2026",
        ">quill/tides</a>",
        "40 stars",
        "cs.IR",
        "title = {",
    ):
        assert said in page, said


def test_a_paper_off_the_page_claims_no_place(instance: Instance) -> None:
    instance.add(record(1, published=date(2019, 1, 1)))
    instance.clock.move_to(instance.clock.now() + timedelta(days=30))
    instance.site.trending.refresh()
    assert "today</b>" not in instance.get(PATH).text


def test_a_trending_paper_says_why(instance: Instance) -> None:
    instance.add(record(1, signals=upvotes(80, instance.clock)))
    page = instance.get(PATH).text
    assert "#1 today" in page
    assert "Why #1 today" in page
    assert "80 upvotes on Hugging Face" in page


def test_similar_papers_stand_beside_it(instance: Instance) -> None:
    instance.add(*(record(n) for n in range(1, 30)))
    page = instance.get(PATH).text
    assert "Close to this" in page
    assert page.count('<h3 class="hed hed-4">') >= 3


@pytest.mark.parametrize("name", ["2601.00001", "2601.00001v3", "https://arxiv.org/abs/2601.00001", "arXiv:2601.00001"])
def test_any_name_leads_to_the_one_address(one: Instance, name: str) -> None:
    assert one.get(f"/paper/{name}", 301).headers["location"] == PATH


def test_names_with_slashes_have_pages(instance: Instance) -> None:
    doi = Identifier("doi", "10.1000/abc/def.1")
    instance.add(record(1, key="x", identifiers=(doi,)))
    assert "10.1000/abc/def.1" in instance.get("/paper/doi:10.1000/abc/def.1").text
    instance.get("/paper/doi:10.1000/abc/def.1/cite.ris")


@pytest.mark.parametrize(
    ("form", "kind", "says"),
    [
        ("bib", "application/x-bibtex", "@misc{"),
        ("ris", "application/x-research-info-systems", "TY  - "),
        ("json", "application/json", '"title"'),
    ],
)
def test_citations_come_as_files(one: Instance, form: str, kind: str, says: str) -> None:
    answer = one.get(f"{PATH}/cite.{form}")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["content-disposition"] == f'attachment; filename="arxiv-2601.00001.{form}"'
    assert says in answer.text


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/paper/arxiv:2612.99999", {404}),
        ("/paper/nothing", {400, 404}),
        ("/paper/%00", {400, 404}),
        ("/paper/%ED%A0%80", {400, 404}),
        ("/paper/" + "x" * 10_000, {400, 404}),
        ("/paper/paper:99999999999999999999", {400, 404}),
        ("/paper/paper:-1", {400, 404}),
        ("/paper/arxiv:2601.00001/cite.exe", {404}),
        ("/paper/<script>", {400, 404}),
        ("/paper/", {400, 404}),
    ],
)
def test_a_bad_name_is_a_clear_page(one: Instance, path: str, statuses: set[int]) -> None:
    answer = one.client.get(path, follow_redirects=False)
    assert answer.status_code in statuses, answer.text[:500]
    assert "<h1>" in answer.text
    assert "<script>" not in answer.text


def test_a_summary_of_the_shelf_is_not_sold_as_an_abstract(instance: Instance) -> None:
    instance.add(record(1, source="shelf", abstract="A sentence of our own.", summary=True))
    page = instance.get(PATH).text
    assert "In short" in page
    assert ">Abstract<" not in page


def test_links_of_other_kinds_are_not_links(instance: Instance) -> None:
    bad = (Artefact("code", "javascript:alert(1)"),)
    instance.add(record(1, artefacts=bad, links=("javascript:alert(2)",)))
    assert "javascript:" not in instance.get(PATH).text


def test_a_link_that_is_shown_as_an_artefact_is_not_shown_again(instance: Instance) -> None:
    instance.add(record(1, links=("http://www.github.com/quill/looms.git", "https://looms.example/talk.pdf")))
    page = instance.get(PATH).text
    assert page.count("github.com/quill/looms") == 1
    assert ">Links</h2>" not in page


def test_a_huge_abstract_is_a_page(instance: Instance) -> None:
    instance.add(record(1, abstract="$x$ <b> {word} " * 7_000))
    assert len(instance.get(PATH).text) > 100_000


def test_a_withdrawn_paper_says_so(instance: Instance) -> None:
    instance.add(record(1, withdrawn=True))
    assert "This paper is withdrawn" in instance.get(PATH).text


def test_many_authors_are_counted(instance: Instance) -> None:
    instance.add(record(1, authors=tuple(f"Author {n}" for n in range(300))))
    page = instance.get(PATH).text
    assert "and 200 others" in page
    assert "author%3A%22Author%200%22" in page


def test_how_alike_similar_papers_are_can_be_chosen(instance: Instance) -> None:
    instance.add(*(record(n) for n in range(1, 40)))
    page = instance.get("/paper/arxiv:2601.00003").text
    assert '<a href="/paper/arxiv:2601.00003?diversity=0.3#similar" aria-current="true">Mixed</a>' in page
    assert "Near in meaning (" in page
    closest = instance.get("/paper/arxiv:2601.00003?diversity=0").text
    varied = instance.get("/paper/arxiv:2601.00003?diversity=0.6").text
    assert '<a href="/paper/arxiv:2601.00003?diversity=0.6#similar" aria-current="true">Varied</a>' in varied
    assert closest.partition('id="similar"')[2] != varied.partition('id="similar"')[2]


@pytest.mark.parametrize("diversity", ["2", "-0.1", "nan", "1e-1", "much", "0.1234567", "%D9%A1"])
def test_a_diversity_out_of_range_is_told(one: Instance, diversity: str) -> None:
    page = one.client.get(f"/paper/arxiv:2601.00001?diversity={diversity}")
    assert page.status_code in (400, 422)
    assert "is no diversity; it goes from 0" in page.text
