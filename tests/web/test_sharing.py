from lxml import html

from broadsheet.papers.identifiers import Identifier
from tests.invented import record
from tests.web.conftest import ORIGIN, Instance

PATH = "/paper/arxiv:2601.00001"


def _head(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in html.document_fromstring(page).iter("meta"):
        found.setdefault(tag.get("name") or tag.get("property") or "", []).append(tag.get("content") or "")
    return found


def test_a_paper_tells_those_who_link_to_it(instance: Instance) -> None:
    instance.add(record(1, title=r'Tides of $O(n^2)$ & "moss"', abstract="word " * 200))
    page = instance.get(PATH).text
    head = _head(page)
    assert f'<link rel="canonical" href="{ORIGIN}{PATH}">' in page
    assert head["og:title"] == ['Tides of O(n2) & "moss"']
    assert head["og:type"] == ["article"]
    assert head["og:url"] == [ORIGIN + PATH]
    assert head["twitter:card"] == ["summary_large_image"]
    assert len(head["description"][0]) <= 201
    assert head["description"][0].endswith("word…")
    picture = instance.get(head["og:image"][0].removeprefix(ORIGIN))
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert picture.content.startswith(b"\x89PNG")


def test_indexes_of_papers_read_how_to_cite_it(instance: Instance) -> None:
    ids = (Identifier("arxiv", "2601.00001"), Identifier("doi", "10.1000/x"))
    instance.add(record(1, venue="Proceedings of Patience", identifiers=ids, date_precision="month"))
    head = _head(instance.get(PATH).text)
    assert head["citation_title"] == [record(1).title]
    assert head["citation_author"] == list(record(1).authors)
    assert head["citation_publication_date"] == ["2026/01"]
    assert head["citation_doi"] == ["10.1000/x"]
    assert head["citation_conference_title"] == ["Proceedings of Patience"]
    assert head["citation_arxiv_id"] == ["2601.00001"]
    assert head["citation_pdf_url"] == ["https://arxiv.org/pdf/2601.00001"]
    assert head["citation_abstract_html_url"] == [ORIGIN + PATH]


def test_only_what_is_known_is_said(instance: Instance) -> None:
    instance.add(record(1, key="x", authors=(), published=None, identifiers=(), links=()))
    head = _head(instance.get("/paper/paper:1").text)
    told = {name for name in head if name.startswith("citation_")}
    assert told == {"citation_title", "citation_abstract_html_url"}


def test_an_older_picture_is_not_kept_for_ever(instance: Instance) -> None:
    instance.add(record(1))
    old = instance.get(f"/preview/0000/{PATH[1:]}.png")
    assert old.headers["cache-control"] == "no-cache"
    instance.get(f"/preview/0000/{PATH[1:]}.png", 304, **{"If-None-Match": old.headers["etag"]})
    instance.get("/preview/0000/paper/arxiv:2612.99999.png", 404)
    instance.get("/preview/0000/edition/nonsense.png", 404)


def test_the_front_page_shows_its_lead(instance: Instance) -> None:
    instance.add(*(record(n) for n in range(1, 5)))
    head = _head(instance.get("/").text)
    assert head["og:url"] == [f"{ORIGIN}/"]
    assert head["og:title"] == ["Broadsheet – Thursday 15 January 2026"]
    assert "4 new papers" in head["description"][0]
    assert instance.get(head["og:image"][0].removeprefix(ORIGIN)).content.startswith(b"\x89PNG")


def test_an_empty_front_page_has_a_picture_too(instance: Instance) -> None:
    head = _head(instance.get("/").text)
    instance.get(head["og:image"][0].removeprefix(ORIGIN))


def test_every_other_page_is_shared_under_its_title(instance: Instance) -> None:
    head = _head(instance.get("/about").text)
    assert head["og:title"] == ["About – Broadsheet"]
    assert head["og:description"] == [instance.site.settings.tagline]
    picture = instance.get(head["og:image"][0].removeprefix(ORIGIN))
    assert picture.headers["cache-control"].endswith("immutable")


def test_what_stands_in_a_title_cannot_leave_it(instance: Instance) -> None:
    instance.add(record(1))
    page = instance.get("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
    assert '"><script' not in page
