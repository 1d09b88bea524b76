import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.encoders.tokens import LONGEST_TEXT, MOST_WORDS, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Attention Is All You Need", ["attention", "is", "all", "you", "need"]),
        ("self-attention, e.g. GPT-4", ["self", "attention", "e", "g", "gpt", "4"]),
        ("snake_case under_score", ["snake", "case", "under", "score"]),
        (r"the $\alpha$-divergence", ["the", "alpha", "divergence"]),
        (r"Schr{\"o}dinger and Erd\H{o}s and \v{C}ech", ["schrodinger", "and", "erdos", "and", "cech"]),
        (r"G\"odel na\"{\i}ve \c{c}a", ["godel", "naive", "ca"]),
        (r"\textsc{Broadsheet} in {\bf bold} $\mathcal{L}_2$", ["broadsheet", "in", "bold", "l", "2"]),
        ("CO<sub>2</sub> and <i>E. coli</i> &amp; more", ["co", "2", "and", "e", "coli", "more"]),
        ("p<q and r>s", ["p", "q", "and", "r", "s"]),
        ("Poincaré, naïve, Straße, ﬁne", ["poincare", "naive", "strasse", "fine"]),
        ("β-VAE and H²", ["β", "vae", "and", "h2"]),
        ("深度学习 for 한국어", ["深", "度", "学", "习", "for", "한국어"]),
        ("", []),
        (" \x00\x1f\u200b\u2028 ---", []),
    ],
)
def test_words_are_folded_and_markup_is_dropped(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_text_in_ascii_and_the_same_beside_another_script_give_the_same_words() -> None:
    plain = "Dense Connections (v2.0): 3D features, re-used!"
    assert words_of(plain + " 深") == [*words_of(plain), "深"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "<" * 100_000,
        "<b " * 40_000,
        "<a x=" * 20_000,
        "\\" * 100_000,
        '\\"{' * 35_000,
        "\\mathcal" * 15_000,
        "&amp" * 25_000,
        "\ufdfa" * 100_000,
        "a\u0301" * 50_000,
        "\ud800 " * 50_000,
        "字" * 100_000,
    ],
)
def test_hostile_text_is_read_in_a_moment_and_only_in_part(text: str) -> None:
    started = time.process_time()
    words = words_of(text)
    assert time.process_time() - started < 0.5
    assert len(words) <= MOST_WORDS
    assert words == words_of(text[:LONGEST_TEXT])


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_gives_words_without_spaces_or_capitals(text: str) -> None:
    words = words_of(text)
    assert all(word and word.split() == [word] and word == word.casefold() for word in words)
    assert words == words_of(text)


@settings(max_examples=40)
@given(st.text(alphabet="abc XYZ-09.é字", max_size=60))
def test_reading_the_words_again_changes_nothing(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words
