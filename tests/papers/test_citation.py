import json
import re
from datetime import date

import bibtexparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers import citation
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.sources import bibtex
from broadsheet.sources.jsonl import record_of
from tests.invented import paper

_NASTY = [
    "{",
    "}",
    "\\{",
    "a \\",
    "}} @misc{x, title={y",
    "100% & $5 #1_x ~y^z",
    "\\input{/etc/passwd} \\write18{rm}",
    "$\\alpha_1$ & $O(n^2)$",
    "$\\input{x}$",
    "$ unclosed",
    "\\'Etude \\& {T}e{X}",
    'say "this"',
]


def _read(text: str) -> dict[str, str]:
    parser = bibtexparser.bparser.BibTexParser(ignore_nonstandard_types=False, common_strings=True)
    entries = bibtexparser.loads(text, parser).entries
    assert len(entries) == 1, text
    entry: dict[str, str] = entries[0]
    return entry


def test_a_preprint_in_bibtex() -> None:
    text = citation.bibtex(paper(1, authors=("Ada van der Quill", "The Moss Collaboration", "Bruno"), venue=""))
    assert text.splitlines()[0] == "@misc{vanderquill2026counting-1,"
    entry = _read(text)
    assert entry["author"] == "van der Quill, Ada and {The Moss Collaboration} and Bruno"
    assert (entry["eprint"], entry["archiveprefix"], entry["year"]) == ("2601.00001", "arXiv", "2026")
    assert entry["url"] == "https://arxiv.org/abs/2601.00001"


@pytest.mark.parametrize(
    ("venue", "identifiers", "kind", "ris_kind", "csl_kind"),
    [
        ("Journal of Moss 4", (Identifier("doi", "10.1000/1"),), "article", "JOUR", "article-journal"),
        ("Proceedings of Moss", (), "inproceedings", "CPAPER", "paper-conference"),
        ("Moss", (Identifier("acl", "P18-1001"),), "inproceedings", "CPAPER", "paper-conference"),
        ("", (), "misc", "UNPB", "article"),
    ],
)
def test_kinds(venue: str, identifiers: tuple[Identifier, ...], kind: str, ris_kind: str, csl_kind: str) -> None:
    told = paper(1, venue=venue, identifiers=identifiers)
    assert citation.bibtex(told).startswith(f"@{kind}{{")
    assert citation.ris(told).startswith(f"TY  - {ris_kind}\n")
    assert citation.csl(told)["type"] == csl_kind


@pytest.mark.parametrize("nasty", _NASTY)
def test_no_title_breaks_out_of_its_entry_or_runs_a_command(nasty: str) -> None:
    text = citation.bibtex(paper(1, title=nasty, authors=(nasty, f"Ada {nasty}"), venue=nasty))
    assert _read(text)["ENTRYTYPE"] in {"article", "misc"}
    assert not re.search(r"(?<!\\textbackslash\{\})\\(input|write)", text)
    assert text.count("{") == text.count("}")


@given(st.text(alphabet="{}\\$%&#_^~ abc\"'@,=\n", max_size=60), st.text(alphabet="{}\\,and AB", max_size=20))
def test_any_text_gives_one_whole_entry(title: str, author: str) -> None:
    text = citation.bibtex(paper(1, title=title, authors=(author,), venue=title, links=(f"https://e.org/{title}",)))
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert not re.search(r"(?<!\\)(\\\\)*[%#&]", text.split("url =")[0])


def test_titles_survive_the_way_to_bibtex_and_back() -> None:
    told = paper(1, title="Moss & salt: 100% of $O(n)$ looms_", authors=("Ada Quill", "Bruno Marsh"))
    ((_, back),) = list(bibtex.records(citation.bibtex(told) + "\n"))
    assert not isinstance(back, Exception)
    assert back.authors == told.authors
    assert back.identifiers == told.identifiers
    assert back.published == date(2026, 1, 1)
    assert back.title.startswith("Moss & salt: 100% of")


def test_two_papers_never_share_a_key_of_citation() -> None:
    keys = {citation.bibtex(paper(n, title="The same", authors=("Ada Quill",))).split(",")[0] for n in range(20)}
    assert len(keys) == 20


def test_ris() -> None:
    told = paper(1, title="A\nER  - \nTY  - JOUR", authors=("Ada Quill", "Bruno"), venue="Journal of Moss")
    lines = citation.ris(told).splitlines()
    assert lines[0] == "TY  - JOUR"
    assert lines[-1] == "ER  - "
    assert [line for line in lines if line.startswith(("TY", "ER"))] == [lines[0], lines[-1]]
    assert {"AU  - Quill, Ada", "AU  - Bruno", "PY  - 2026", "DA  - 2026/01/02", "AN  - arXiv:2601.00001"} <= set(lines)
    assert "DO  - 10.48550/arXiv.2601.00001" in lines


def test_csl() -> None:
    item = citation.csl(paper(1, date_precision="month"))
    assert item["author"][0] == {"family": "Marsh", "given": "Bruno"}
    assert item["issued"] == {"date-parts": [[2026, 1]]}
    assert item["URL"] == "https://arxiv.org/abs/2601.00001"
    assert json.loads(json.dumps(item)) == item
    bare = citation.csl(paper(1, identifiers=(), links=(), authors=(), published=None))
    assert set(bare) == {"id", "type", "title"}


def test_jsonl_can_be_imported_again() -> None:
    told = paper(
        4,
        date_precision="month",
        venue="Moss",
        comments="9 pages",
        identifiers=(Identifier("arxiv", "2601.00004"), Identifier("doi", "10.1000/1")),
        artefacts=(Artefact("code", "https://github.com/quill/looms"),),
    )
    line = json.dumps(citation.jsonl(told)).encode()
    back = record_of(line)
    assert (back.title, back.abstract, back.authors) == (told.title, told.abstract, told.authors)
    assert (back.published, back.date_precision) == (told.published, "month")
    assert set(back.identifiers) == set(told.identifiers)
    assert "https://github.com/quill/looms" in back.links
    assert (back.venue, back.comments, back.source) == ("Moss", "9 pages", "arxiv")


def test_a_sentence_of_the_shelf_is_not_exported_as_an_abstract() -> None:
    told = citation.jsonl(paper(1, summary=True, sources=("shelf",)))
    assert told["abstract"] == ""
    assert told["source"] == "file"
