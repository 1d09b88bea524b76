import re
from datetime import date
from html import unescape

import pytest

from broadsheet.papers.paper import Artefact
from tests.invented import record
from tests.web.conftest import Instance

CODE = (Artefact("code", "https://github.com/quill/maps"),)


def _filled(instance: Instance) -> Instance:
    instance.add(
        *(record(n) for n in range(1, 60)),
        record(70, title="Glass looms, by hand", abstract="We weave $n^2$ threads <b>slowly</b>.", artefacts=CODE),
        record(71, title="Glass looms again", source="hf", published=date(2024, 5, 1), categories=("cs.SE",)),
    )
    return instance


@pytest.fixture(scope="module")
def library(read_only: Instance) -> Instance:
    """For tests that only ask."""
    return _filled(read_only)


@pytest.fixture
def growing(instance: Instance) -> Instance:
    """The same, for tests that take more papers in."""
    return _filled(instance)


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
    assert 'href="/search?q=patience&amp;page=2&amp;after=' in first
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
    assert 'href="/submit?q=arxiv%3A2301.99999"' in page
    assert "has the identifier" not in page, "the heading says so already"


def test_nothing_found_says_what_to_drop(library: Instance) -> None:
    page = library.get('/search?q="glass looms" has:demo').text
    assert "Nothing matches" in page
    assert "without has:demo</a>" in page
    assert "Closest by meaning" in page
    page = library.get("/search?q=glass+looms&has=demo").text
    assert "without “has demo”</a>" in page


def test_where_no_single_condition_is_to_blame_fewer_are_offered(library: Instance) -> None:
    page = unescape(library.get('/search?q=glass author:"Nobody Atall" has:demo&cat=hep-th').text)
    assert "No single condition is to blame" in page
    assert '<a href="/search?q=glass">without any condition</a>' in page


def test_words_that_say_nothing_are_told_once(library: Instance) -> None:
    page = library.get("/search?q=the+of").text
    assert "too common to be searched for" in page
    assert "other words" not in page


def test_an_author_asked_for_is_the_reason(library: Instance) -> None:
    page = library.get("/search?q=author:quill").text
    assert "none of yours" not in page
    assert "<dt>author</dt><dd><bdi>Ada Quill" in page
    assert "Meets every condition." in library.get("/search?q=cat:cs").text


def test_a_form_leads_to_an_address_without_its_empty_fields(library: Instance) -> None:
    answer = library.get("/search?q=glass+looms&since=&until=2026-02-01&has=code", status=303)
    assert answer.headers["location"] == "/search?q=glass+looms&has=code&until=2026-02-01"
    assert library.get("/search?q=&since=&cat=cs.IR", status=303).headers["location"] == "/search?q=&cat=cs.IR"
    library.get("/search?q=&cat=cs.IR")


def test_other_words_keep_the_filters_and_the_order(library: Instance) -> None:
    page = library.get("/search?q=glass&cat=cs.IR&cat=cs.CV&since=2024-01-01&sort=newest&refine=1").text
    asking = page[page.index('<form class="query"') : page.index("</form>")]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asking)
    assert hidden == [("cat", "cs.IR"), ("cat", "cs.CV"), ("since", "2024-01-01"), ("sort", "newest"), ("refine", "1")]
    narrowing = page[page.index('<form class="facets"') :]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', narrowing[: narrowing.index("</form>")])
    assert hidden == [("q", "glass"), ("sort", "newest"), ("refine", "1")]
    assert 'type="hidden"' not in library.get("/search").text.partition("</form>")[0].rpartition("<form")[2]


def test_a_search_by_filters_alone_is_called_by_them(library: Instance) -> None:
    assert "<title>Search: cs.CV · has code –" in library.get("/search?q=&cat=cs.CV&has=code").text


def test_a_list_that_was_cut_is_called_the_best(library: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<b>the best " not in library.get("/search?q=patience+decides").text
    monkeypatch.setattr("broadsheet.web.search.DEPTH", 5)
    assert re.search(r"<b>the best \d\d papers</b>", library.get("/search?q=patience+decides+outcome").text)
    assert "<b>the best " not in library.get("/search?q=cat:cs.IR").text


def test_a_name_is_offered_as_an_author(library: Instance) -> None:
    page = unescape(library.get("/search?q=papers+by+Ada+Quill&sort=newest").text)
    assert """<a href="/search?q=author%3A%22Ada+Quill%22&sort=newest">author:"Ada Quill"</a>""" in page
    assert "Is it a name?" not in library.get("/search?q=glass+looms").text


def test_a_list_of_identifiers_shows_those_papers(library: Instance) -> None:
    page = library.get("/search?q=2601.00003,+2601.00004").text
    assert "<b>2 papers</b>" in page
    assert "Its identifier is arxiv:2601.00004." in page


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


def test_what_was_typed_as_a_condition_can_be_taken_off_too(library: Instance) -> None:
    page = library.get('/search?q=patience+cat:cs.IR+"glass looms"+-moss&has=code').text
    assert '<span class="vh">Remove </span>cat:cs.IR' in page or "No paper" in page
    page = library.client.get("/search", params={"q": 'patience cat:cs.IR "decides the outcome" -moss'}).text
    for said in ("cat:cs.IR", "&#34;decides the outcome&#34;", "-moss"):
        assert f'<span class="vh">Remove </span>{said}</a>' in page, said
    assert "/search?q=patience+%22decides+the+outcome%22+-moss" in page


def test_an_unknown_word_is_searched_and_another_offered(library: Instance) -> None:
    page = library.get("/search?q=glas+loosm&cat=cs.CV&sort=newest").text
    assert 'Did you mean <a href="/search?q=glass+looms&amp;cat=cs.CV&amp;sort=newest">glass looms</a>?' in page
    assert "holds “glas” and “loosm”" in page
    assert 'value="glas loosm"' in page
    assert "Did you mean" in library.get("/search?q=loosm+has:demo").text
    assert "Did you mean" not in library.get("/search?q=glass+looms").text


def test_a_search_is_saved_as_a_feed_or_an_address(library: Instance) -> None:
    page = library.get("/search?q=glass+looms&has=code&page=1").text
    assert '<link rel="canonical" href="/search?q=glass+looms&amp;has=code">' in page
    assert 'href="/feeds/search.atom?q=glass+looms&amp;has=code" aria-describedby="l-save">as a feed</a>' in page
    assert 'href="/search?q=glass+looms&amp;has=code" rel="bookmark"' in page
    assert "by mail</button>" not in page


def next_page(page: str) -> str:
    found = re.search(r'href="([^"]+)" rel="next"', page)
    assert found
    return unescape(found[1])


def shown(page: str) -> list[str]:
    return re.findall(r'<h2 id="r\d+" class="hed"><a href="([^"]+)"', page)


def test_the_next_page_neither_repeats_nor_loses_while_papers_come_in(growing: Instance) -> None:
    first = growing.get("/search?q=patience").text
    growing.add(*(record(n, title="Patience, patience", abstract="Patience.") for n in range(200, 230)))
    second = growing.get(next_page(first)).text
    third = growing.get(next_page(second)).text
    pages = [shown(page) for page in (first, second, third)]
    assert [len(page) for page in pages] == [20, 20, 20]
    assert len({path for page in pages for path in page}) == 60
    assert "41 to 60 of 60" in third
    assert 'rel="next"' not in third


def test_a_cursor_that_is_of_no_use_any_more_is_told_and_the_page_still_comes(library: Instance) -> None:
    for after in ("x", "%00", next_page(library.get("/search?q=instruments").text).partition("after=")[2]):
        page = library.get(f"/search?q=patience&page=2&after={after}").text
        assert "The list was made anew" in page
        assert '<ol class="results" start="21">' in page


def test_recent_and_relevant_says_what_age_leaves(library: Instance) -> None:
    page = library.get("/search?q=glass+looms&sort=recent").text
    assert 'aria-current="true">Recent' in page
    assert "<dt>age</dt><dd>leaves" in page
    assert '<input type="hidden" name="sort" value="recent">' in page


def test_the_shares_shown_add_up(library: Instance) -> None:
    page = library.get("/search?q=glass+looms+hand").text
    boxes = [box for box in page.split('<div class="because">')[1:] if "<dt>together</dt>" in box]
    assert boxes
    for box in boxes:
        numbers = re.findall(r'<span class="num">([\d.]+)</span>', box.partition("</dl>")[0])
        words, meaning, together = map(float, numbers)
        assert words + meaning == pytest.approx(together, abs=1e-9)


def test_the_best_passage_is_shown_and_the_whole_a_click_away(growing: Instance) -> None:
    long = "Nothing is said here. " * 20 + "Gondolas glide on $x^2$ canals. " + "And so it ends. " * 20
    growing.add(record(300, title="Water", abstract=long))
    page = growing.get("/search?q=gondolas").text
    told = page.partition('<details class="abstract"><summary>')[2].partition('<span class="more">')[0]
    before, passage, after = re.split(r'<span class="rest">.*?</span>', told)
    assert before == '<span class="gap">…</span>'
    assert passage.strip().startswith("<mark>Gondolas</mark> glide on <math")
    assert after == '<span class="gap">…</span>'
    rest = re.findall(r'<span class="rest">(.*?)</span>', told)
    assert rest[0].startswith("Nothing is said here.")
    assert rest[1].endswith("And so it ends.")
    assert len(re.findall("Nothing is said here", told)) == 20, "nothing stands twice"


def test_titles_are_suggested_while_one_types(growing: Instance) -> None:
    found = growing.get("/search/suggest?q=glass+looms,+by").text
    assert '<li role="option" id="suggestion-1" aria-selected="false" data-href="/paper/arxiv:2601.00070">' in found
    for nothing in ("", " ", "%22", "%00", "zzzz", "q" * 9_000, "潮汐表"):
        assert growing.get(f"/search/suggest?q={nothing}").text.strip() == ""
    assert "data-href" in growing.get("/search/suggest?q=2601.00003").text
    growing.add(record(301, title="<script>alert(1)</script> of looms"))
    assert "<script>" not in growing.get("/search/suggest?q=looms+alert").text


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("moss " * 2_000, 200, "papers</b>"),
        ("moss " * 3_000, 200, "longer than 10,000 characters"),
        ("the of and", 200, "too common to be searched for"),
        ("!?.,;:-()", 400, "holds no word to search for"),
        ("潮汐表 таблица مد و جزر 🌊", 200, "What are you looking for?"),
        ("(a+)+$" + "a" * 60 + "!", 200, "What are you looking for?"),
        ('"glass looms AND (moss', 200, "papers</b>"),
        ("moss cat:no.where", 200, "without cat:no.where"),
        ("moss date:9999-99-99", 200, "is no date like"),
        ("moss date:2030..", 200, "Nothing matches"),
        ("moss date:2030..2020", 200, "the two were exchanged"),
    ],
)
def test_every_odd_question_gets_an_answer_that_says_what_to_do(
    library: Instance, text: str, status: int, says: str
) -> None:
    answer = library.client.get("/search", params={"q": text})
    assert answer.status_code == status
    assert says in answer.text


def test_a_broad_topic_can_be_refined(library: Instance) -> None:
    plain = library.get("/search?q=folding").text
    assert 'href="/search?q=folding&amp;refine=1"' in plain
    refined = library.get("/search?q=folding&refine=1").text
    assert 'href="/search?q=folding" aria-current="true"' in refined
