import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.papers.citation import csl as written_csl
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.csl import records
from tests.invented import paper

ITEM: dict[str, Any] = {
    "id": "quill2026",
    "type": "article-journal",
    "title": "On counting <i>tide</i> tables",
    "author": [
        {"family": "Quíll", "given": "Ada"},
        {"literal": "The Tide Group"},
        {"family": "Vries", "non-dropping-particle": "de"},
    ],
    "issued": {"date-parts": [[2026, 1, 14]]},
    "container-title": "Journal of Tides",
    "DOI": "10.5555/tide.1",
    "URL": "https://tides.example/1",
    "abstract": "<jats:p>We count tides.</jats:p>",
}


def only(item: Any) -> SourceRecord:
    ((_, found),) = records(json.dumps([item]))
    assert isinstance(found, SourceRecord), found
    return found


def test_an_item_becomes_a_record() -> None:
    found = only(ITEM)
    assert (found.source, found.key) == ("csl", "doi:10.5555/tide.1")
    assert (found.title, found.abstract) == ("On counting tide tables", "We count tides.")
    assert found.authors == ("Ada Quíll", "The Tide Group", "de Vries")
    assert (found.published, found.date_precision, found.venue) == (date(2026, 1, 14), "day", "Journal of Tides")
    assert (found.identifiers, found.links) == ((Identifier("doi", "10.5555/tide.1"),), ("https://tides.example/1",))


@pytest.mark.parametrize(
    ("issued", "published", "precision"),
    [
        ({"date-parts": [[2026, 1]]}, date(2026, 1, 1), "month"),
        ({"date-parts": [["2026"]]}, date(2026, 1, 1), "year"),
        ({"raw": "2026-01-14"}, date(2026, 1, 14), "day"),
        ({"literal": "January 2026"}, date(2026, 1, 1), "month"),
        ({"date-parts": [[None]]}, None, "day"),
        ({"date-parts": [[2026, 13, 40]]}, None, "day"),
        (7, None, "day"),
    ],
)
def test_dates_are_read_as_far_as_they_go(issued: Any, published: date | None, precision: str) -> None:
    found = only({**ITEM, "issued": issued})
    assert (found.published, found.date_precision) == (published, precision)


def test_crossref_writes_lists_of_one() -> None:
    found = only({**ITEM, "title": ["Ebb"], "container-title": ["Tides", "T."]})
    assert (found.title, found.venue) == ("Ebb", "Tides")


def test_an_arxiv_number_is_found_where_programs_put_it() -> None:
    bare = {name: value for name, value in ITEM.items() if name != "DOI"}
    assert only({**bare, "number": "arXiv:2601.00001"}).key == "arxiv:2601.00001"
    assert only({**bare, "note": "arXiv:2601.00001 [cs]"}).key == "arxiv:2601.00001"
    assert only({**bare, "URL": "https://arxiv.org/abs/2601.00001"}).identifiers == (Identifier("arxiv", "2601.00001"),)
    assert only(bare).key.startswith("sha256:")


@pytest.mark.parametrize("wrapped", ["[{}]", '{{"items": [{}]}}', "{}", "{}\n{}", "\n [\n{},\n{}\n]\n"])
def test_every_wrapping_is_taken_off(wrapped: str) -> None:
    item = json.dumps(ITEM, indent=1)
    found = list(records(wrapped.format(*[item] * wrapped.count("{}"))))
    assert [one.title for _, one in found if isinstance(one, SourceRecord)] == ["On counting tide tables"] * len(found)
    assert found


def test_items_are_told_by_their_first_lines() -> None:
    text = "[\n" + ",\n".join([json.dumps(ITEM), '{"id": 1}', "7", json.dumps(ITEM)]) + "\n]"
    found = list(records(text))
    assert [(line, isinstance(one, Invalid)) for line, one in found] == [(2, False), (3, True), (4, True), (5, False)]
    assert "no title" in str(found[1][1])


def test_what_breaks_off_brings_what_it_has() -> None:
    text = json.dumps([ITEM, ITEM])
    first, second = records(text[:-40])
    assert isinstance(first[1], SourceRecord)
    assert "no JSON from here on" in str(second[1])
    whole, end = records(text[: text.index('}, {"id"') + 1])
    assert isinstance(whole[1], SourceRecord)
    assert "its closing bracket is missing" in str(end[1])


def test_our_own_form_in_a_list_is_told_how_to_come_in() -> None:
    ((_, found),) = records('[{"id": "arxiv:2601.00001", "title": "Ebb", "authors": ["Ada"]}]')
    assert "one object a line" in str(found)


def test_an_empty_list_has_no_items() -> None:
    assert list(records("[]")) == list(records("")) == []


def test_what_is_exported_comes_in_again() -> None:
    out = paper(3, venue="Journal of Tides")
    found = only(written_csl(out))
    assert (found.title, found.authors, found.published) == (out.title, out.authors, out.published)
    assert (found.identifiers, found.venue) == (out.identifiers, out.venue)


@given(st.text(max_size=100))
def test_no_text_breaks_it(noise: str) -> None:
    text = json.dumps([ITEM])
    for spoilt in (noise, text[:40] + noise + text[40:]):
        for line, one in records(spoilt):
            assert line >= 1
            assert isinstance(one, (SourceRecord, Invalid))
