"""Merging from the command line: reasons, parting, joining, merging anew, and abstracts that repeat another's."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

TEXT = (
    "We follow forty glass looms through a winter in the harbour of Ostrel and weigh the salt that each of them gains. "
    "A loom that is left alone gains a little, a loom that is watched gains nothing."
)
ARXIV = {
    "id": "arxiv:2601.00001",
    "title": "Glass looms in winter",
    "abstract": TEXT,
    "authors": ["Ada Quill", "Bruno Marsh"],
    "published": "2026-01-05",
    "urls": ["https://arxiv.org/abs/2601.00001"],
    "source": "arxiv",
}
JOURNAL = ARXIV | {
    "id": "j-1",
    "published": "2026-03-01",
    "urls": [],
    "source": "journal",
    "authors": ["A. Quill", "B. Marsh"],
}
COPY = JOURNAL | {"id": "c-1", "title": "Watched looms gain no salt", "authors": ["Xaver Copy"], "source": "elsewhere"}


@pytest.fixture
def merged(call: Call, tmp_path: Path) -> Call:
    path = tmp_path / "told.jsonl"
    path.write_text("\n".join(map(json.dumps, (ARXIV, JOURNAL, COPY))) + "\n")
    assert call("papers", "import", str(path))[0] == 0
    return call


def test_why_records_are_one_is_said(merged: Call) -> None:
    status, out, _ = merged("papers", "merges", "2601.00001")
    assert status == 0
    assert "arxiv/2601.00001\n" in out
    assert "journal/j-1, merged because: same title, the same abstract, 2 of 2 authors, 2 months apart" in out
    (paper,) = json.loads(merged("papers", "merges", "2601.00001", "--json")[1])["papers"]
    assert [(one["record"], one["by"]) for one in paper["records"]] == [
        ("arxiv/2601.00001", None),
        ("journal/j-1", "title"),
    ]
    listed = merged("papers", "merges", "--by", "title")[1]
    assert "Glass looms in winter" in listed
    assert "Glass looms" not in merged("papers", "merges", "--by", "editor")[1]
    status, _, err = merged("papers", "merges", "--by", "guess")
    assert (status, "no reason for merging" in err) == (1, True)


def test_a_split_and_its_taking_back(merged: Call) -> None:
    status, out, err = merged("papers", "split", "2601.00001", "journal", "--note", "another study")
    assert status == 0
    assert "parted from paper:" in out
    assert "1 parted, 0 merged" in err
    new = out.split()[0]
    shown = json.loads(merged("papers", "show", new, "--json")[1])
    assert [one["record"] for one in shown["records"]] == ["journal/j-1"]
    assert "are two works. another study" in merged("papers", "merges", new)[1]
    assert json.loads(merged("papers", "remerge", "--restart", "--json")[1])["merged"] == []
    told = json.loads(merged("papers", "merge", "2601.00001", new, "--json")[1])
    assert [one["from"] for one in told["merged"]] == [new]
    status, _, err = merged("papers", "split", "2601.00001", "nothing")
    assert status == 1
    assert "it has arxiv/2601.00001, journal/j-1" in err


def test_merging_anew_has_nothing_to_say_where_the_rules_are_the_same(merged: Call) -> None:
    status, out, err = merged("papers", "remerge", "--dry-run")
    assert (status, out) == (0, "")
    assert "0 would be parted, 0 would be merged, 0 would be changed" in err
    assert merged("papers", "remerge")[0] == merged("papers", "remerge")[0] == 0


def test_show_tells_why_and_what_else_it_is_called(merged: Call, tmp_path: Path) -> None:
    path = tmp_path / "hf.jsonl"
    path.write_text(json.dumps(ARXIV | {"title": "LoomWatch", "source": "hf-daily-papers"}) + "\n")
    merged("papers", "import", str(path))
    (path := tmp_path / "anew.jsonl").write_text(json.dumps(ARXIV | {"title": "Glass looms in two winters"}) + "\n")
    merged("papers", "import", str(path))
    _, out, _ = merged("papers", "show", "2601.00001")
    assert "merged because: same arXiv id 2601.00001" in out
    assert "also known as: LoomWatch (hf)" in out
    assert ": title (arxiv)" in out
    shown = json.loads(merged("papers", "show", "2601.00001", "--json")[1])
    assert shown["changes"][0]["title"] == {"before": "Glass looms in winter", "after": "Glass looms in two winters"}


def test_repeated_abstracts_are_listed_until_settled(merged: Call) -> None:
    _, out, _ = merged("papers", "duplicates")
    assert "100%  " in out
    assert "no author in common" in out
    (pair,) = json.loads(merged("papers", "duplicates", "--json")[1])["pairs"]
    one, other = (paper["id"] for paper in pair["papers"])
    assert merged("papers", "duplicates", "--settle", one, other)[0] == 0
    assert json.loads(merged("papers", "duplicates", "--json")[1])["pairs"] == []
    assert len(json.loads(merged("papers", "duplicates", "--settled", "--json")[1])["pairs"]) == 1
    status, _, err = merged("papers", "duplicates", "--settle", one, one)
    assert (status, "not listed as alike" in err) == (1, True)
