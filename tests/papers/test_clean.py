from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers import clean
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from broadsheet.papers.records import Signal
from tests.conftest import NOON
from tests.invented import record


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  two\n\tlines \u2028 here ", "two lines here"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("evil \u202egnp.exe\u202c", "evil gnp.exe"),
        ("zero\u200bwidth\ufeff", "zero width"),
        ("half \ud83d a pair", "half a pair"),
        ("Universit\u00c3\u00a4t", "Universität"),
        ("e\ufb03cient", "efficient"),
        ("São Paulo, naïve café", "São Paulo, naïve café"),
        ("$\\alpha$ <b>bold</b> \\& {x}", "$\\alpha$ <b>bold</b> \\& {x}"),
        ("日本語のタイトル", "日本語のタイトル"),
        ("", ""),
    ],
)
def test_texts(raw: str, cleaned: str) -> None:
    assert clean.text(raw) == cleaned


def test_a_text_without_end_is_cut_and_says_so() -> None:
    cut = clean.text("word " * 100_000)
    assert len(cut) <= clean.LONGEST_ABSTRACT
    assert cut.endswith("[…]")
    assert clean.text("word " * 19_999).endswith("word")


@given(st.text(st.characters(), max_size=300))
def test_what_is_clean_stays_so_and_can_be_kept(raw: str) -> None:
    once = clean.text(raw)
    assert "\x00" not in once
    assert "\n" not in once
    once.encode("utf-8")
    assert clean.text(once) == once or not raw.isascii()  # mending may take two rounds


def test_a_record_keeps_nothing_that_a_database_refuses() -> None:
    raw = replace(
        record(1),
        key="k\x00" * 3,
        title="\u202e\x00",
        authors=("Ada\x00 Quill", "\u200b"),
        identifiers=(
            Identifier("doi", "10.1000/\x00"),
            Identifier("doi", "10.1000/\ud800"),
            Identifier("doi", "10.1000/" + "x" * 300),
            Identifier("doi", "10.1000/1"),
        ),
        links=(
            "https://example.org/\x00",
            "https://example.org/\ud800",
            "https://example.org/" + "x" * 3000,
            "https://e.org",
        ),
        artefacts=(
            Artefact("code", "https://github.com/\ud800/x"),
            Artefact("code", "https://e.org", licence="x" * 99),
        ),
        versions=(Version(Identifier("arxiv", "2601.00001"), 1, None),) * 2,
        signals=(Signal("votes", float("nan"), NOON), Signal("v" * 50, 1, NOON), Signal("votes", 2, NOON)),
    )
    kept = clean.record(raw)
    assert kept.key.startswith("sha256:")
    assert kept.title == clean.UNTITLED
    assert kept.authors == ("Ada Quill",)
    assert kept.identifiers == (Identifier("doi", "10.1000/1"),)
    assert kept.links == ("https://e.org",)
    assert [len(one.licence or "") for one in kept.artefacts] == [64]
    assert len(kept.versions) == 1
    assert kept.signals == (Signal("votes", 2, NOON),)
    assert kept.payload is raw.payload


def test_two_keys_that_cannot_be_kept_stay_two() -> None:
    one, other = (clean.record(replace(record(1), key="x" * 300 + end)).key for end in "ab")
    assert one != other
    assert max(len(one), len(other)) <= clean.LONGEST_KEY
