import json
from pathlib import Path

import pytest

from broadsheet.errors import Invalid
from tests.cli.conftest import Call

GOOD = {
    "id": "arxiv:2601.00001",
    "title": "Salt maps of a quiet sea",
    "abstract": "We draw maps of salt and find the sea quiet.",
    "authors": ["Ada Quill", "Bruno Marsh"],
    "published": "2026-01-05",
    "categories": ["physics.ao-ph"],
    "urls": ["https://arxiv.org/abs/2601.00001", "https://github.com/quill/saltmaps"],
    "source": "arxiv",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    second = GOOD | {"id": "arxiv:2601.00002", "title": "Glass looms that weave by themselves", "urls": []}
    lines = [
        json.dumps(GOOD),
        "{not json",
        json.dumps(GOOD | {"id": "x", "published": "yesterday"}),
        json.dumps(second),
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_good_lines_come_in_and_each_bad_one_is_named(call: Call, corpus: Path) -> None:
    status, out, err = call("papers", "import", str(corpus))
    assert status == 1
    assert out.startswith("4 read: 2 new papers, 0 changed, 0 unchanged, 2 bad lines")
    complaints = [line for line in err.splitlines() if line.startswith(str(corpus))]
    assert [line.split(":")[1] for line in complaints] == ["2", "3"]
    assert "yesterday" in complaints[1]


def test_the_reuse_card_is_shown_in_words_and_written_for_programs(call: Call, corpus: Path) -> None:
    call("papers", "import", str(corpus))
    words = call("papers", "reuse", "2601.00001")[1]
    assert "code: https://github.com/quill/saltmaps  unchecked" in words
    assert "May I use it?\n  Text: not known." in words
    told = json.loads(call("papers", "reuse", "2601.00001", "--json")[1])
    assert told["paper"] == "arxiv:2601.00001"
    assert "schema:SoftwareSourceCode" in call("papers", "reuse", "2601.00001", "--form", "turtle")[1]
    assert json.loads(call("papers", "reuse", "2601.00001", "--form", "jsonld")[1])["@graph"]
    with pytest.raises(Invalid, match="use one of words, json, jsonld, turtle"):
        call("papers", "reuse", "2601.00001", "--form", "xml")


def test_importing_again_is_nothing_to_do(call: Call, corpus: Path) -> None:
    corpus.write_text(json.dumps(GOOD) + "\n")
    assert call("papers", "import", str(corpus))[0] == 0
    status, out, _ = call("papers", "import", str(corpus), "--json")
    assert status == 0
    assert json.loads(out) == {"read": 1, "added": 0, "changed": 0, "unchanged": 1, "rejected": []}


def test_what_was_imported_is_shown_found_and_exported(call: Call, corpus: Path) -> None:
    call("papers", "import", str(corpus))
    shown = json.loads(call("papers", "show", "2601.00001", "--json")[1])
    assert shown["artefacts"] == [
        {
            "kind": "code",
            "url": "https://github.com/quill/saltmaps",
            "licence": None,
            "stars": None,
            "official": None,
            "gone": False,
        }
    ]
    found = json.loads(call("search", "maps of the sea", "--json", "--limit", "2")[1])
    assert found["results"][0]["paper"]["id"] == "arxiv:2601.00001"
    line = json.loads(call("papers", "export", "2601.00001")[1])
    assert {name: line[name] for name in ("id", "title", "abstract", "authors", "published")} == {
        name: GOOD[name] for name in ("id", "title", "abstract", "authors", "published")
    }
    assert "@misc{quill2026salt" in call("papers", "export", "2601.00001", "--form", "bibtex")[1]
    assert call("papers", "export", "2601.00001", "--form", "ris")[1].startswith("TY  - ")
    assert json.loads(call("papers", "export", "2601.00001", "--form", "csl")[1])["title"] == GOOD["title"]


def test_similar_papers_are_listed_the_nearest_first(call: Call) -> None:
    status, out, err = call("papers", "similar", "1904.09730", "--limit", "3")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line[:4] for line in lines[::2]] == ["  1.", "  2.", "  3."]
    assert all("Near in meaning" in line for line in lines[1::2])
    nearest = json.loads(call("papers", "similar", "1904.09730", "--diversity", "0", "--json")[1])["results"]
    varied = json.loads(call("papers", "similar", "1904.09730", "--diversity", "0.9", "--json")[1])["results"]
    assert len(nearest) == len(varied) == 8
    assert nearest[0] == varied[0]
    assert nearest[1:] != varied[1:]
    assert call("papers", "similar", "1904.09730", "--diversity", "2")[0] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("papers", "show", "nonsense"), "names no paper"),
        (("papers", "show", "2601.09999"), "not among"),
        (("papers", "similar", "2601.09999"), "not among"),
        (("papers", "export", "--form", "word"), "bibtex"),
        (("papers", "import", "/nowhere.jsonl"), "/nowhere.jsonl"),
        (("search", ""), "search"),
        (("editions", "show", "1999-01-01"), "1999"),
        (("digests", "preview", "1999-01-01"), "1999"),
        (("sources", "harvest", "usenet"), "usenet"),
    ],
)
def test_bad_input_is_one_sentence_and_status_1(call: Call, words: tuple[str, ...], told: str) -> None:
    status, _, err = call(*words)
    assert status == 1
    assert told in err.lower() or told in err
    assert "Traceback" not in err


def test_a_bad_setting_is_named(call: Call) -> None:
    status, _, err = call("settings", "show", BROADSHEET_TIMEZONE="Mars")
    assert status == 2
    assert "BROADSHEET_TIMEZONE" in err
    assert "Europe/Vienna" in err


def test_an_unknown_source_in_the_settings_is_named(call: Call) -> None:
    status, _, err = call("sources", "list", BROADSHEET_SOURCES='["usenet"]')
    assert status == 1
    assert "hf, arxiv" in err


def test_a_tick_tells_what_could_not_be_reached_and_goes_on(call: Call) -> None:
    status, out, _ = call("tick")
    said = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert status == 0
    assert "could not be reached" in said["harvest"]
    assert "published" in said["edition"] or said["edition"] == "nothing to do"
    assert set(said) == {
        "harvest",
        "merging",
        "index",
        "verify",
        "trending",
        "rising",
        "edition",
        "returned",
        "digests",
        "sign-ins",
        "encoder",
        "artefacts",
    }


def test_settings_are_shown_without_passwords(call: Call) -> None:
    status, out, _ = call("settings", "show", BROADSHEET_SMTP_URL="smtp://me:hush@mail.example:25")
    assert status == 0
    assert "hush" not in out
    assert "smtp://me:***@mail.example:25" in out
