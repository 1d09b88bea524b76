from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.papers.citation import ris as written_ris
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.ris import records
from tests.invented import paper

ENTRY = """TY  - JOUR
TI  - On counting tide tables
AU  - Quíll, Ada
AU  - Marsh, Bruno, Jr
PY  - 2026
DA  - 2026/01/14
T2  - Journal of Tides
DO  - 10.5555/tide.1
UR  - https://tides.example/1?a=1;b=2
AB  - We count tides.
KW  - tides
ER  -
"""


def only(text: str) -> SourceRecord:
    ((_, found),) = records(text)
    assert isinstance(found, SourceRecord), found
    return found


def test_an_entry_becomes_a_record() -> None:
    found = only(ENTRY)
    assert (found.source, found.key) == ("ris", "doi:10.5555/tide.1")
    assert (found.title, found.abstract) == ("On counting tide tables", "We count tides.")
    assert found.authors[0] == "Ada Quíll"
    assert (found.published, found.date_precision, found.venue) == (date(2026, 1, 14), "day", "Journal of Tides")
    assert found.links == ("https://tides.example/1?a=1;b=2",)
    assert found.identifiers == (Identifier("doi", "10.5555/tide.1"),)
    assert str(found.payload).startswith("TY  - JOUR")


def test_entries_are_told_by_their_first_lines() -> None:
    text = f"\n\n{ENTRY}\n{ENTRY.replace('TI  -', 'XX  -')}{ENTRY}"
    found = list(records(text))
    assert [line for line, _ in found] == [3, 16, 28]
    assert isinstance(found[1][1], Invalid)
    assert "no title (TI or T1)" in found[1][1].message


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_other_ends_of_lines_do_as_well(ending: str) -> None:
    assert only(ENTRY.replace("\n", ending)).title == "On counting tide tables"


def test_tags_of_other_programs_are_read() -> None:
    old = "TY - CPAPER\nT1 - Ebb\nA1 - Quill, Ada\nY1 - 2019///\nN2 - Old words.\nJO - Tides\nER - \n"
    found = only(old)
    assert (found.title, found.authors, found.abstract, found.venue) == ("Ebb", ("Ada Quill",), "Old words.", "Tides")
    assert (found.published, found.date_precision) == (date(2019, 1, 1), "year")


def test_an_arxiv_number_is_found_where_programs_put_it() -> None:
    assert only(ENTRY.replace("DO  - 10.5555/tide.1", "AN  - arXiv:2601.00001")).key == "arxiv:2601.00001"
    linked = only(
        ENTRY.replace("DO  - 10.5555/tide.1\n", "").replace("tides.example/1?a=1;b=2", "arxiv.org/abs/2601.00001")
    )
    assert linked.identifiers == (Identifier("arxiv", "2601.00001"),)


def test_an_entry_without_identifiers_is_known_by_what_it_says() -> None:
    bare = ENTRY.replace("DO  - 10.5555/tide.1\n", "")
    assert only(bare).key.startswith("sha256:")
    assert only(bare).key == only(bare.replace("We count", "We recount")).key != only(bare.replace("2026", "2025")).key


def test_an_entry_that_breaks_off_costs_itself_alone() -> None:
    found = list(records(ENTRY.replace("ER  -\n", "") + ENTRY + ENTRY[:60]))
    assert [isinstance(one, Invalid) for _, one in found] == [True, False, True]
    assert "every entry ends with a line" in str(found[0][1])


def test_what_is_exported_comes_in_again() -> None:
    told: dict[str, Any] = {"venue": "Journal of Tides", "abstract": ""}
    out = paper(3, **told)
    found = only(written_ris(out))
    assert (found.title, found.authors, found.published, found.venue) == (
        out.title,
        out.authors,
        out.published,
        out.venue,
    )
    assert found.identifiers == out.identifiers


@given(st.text(max_size=200))
def test_no_text_breaks_it(noise: str) -> None:
    for text in (noise, ENTRY[:80] + noise + ENTRY[80:]):
        for line, one in records(text):
            assert line >= 1
            assert isinstance(one, (SourceRecord, Invalid))
