import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from broadsheet.web.markdown import MOST_NESTED, Markdown

set_ = Markdown().set
OURS = {"p", "blockquote", "ul", "ol", "li", "em", "strong", "s", "a", "code", "pre", "br", "div"}
PIECES = (
    "<script>alert(1)</script>", "<svg onload=alert(1)>", "<img src=//x>", "![a](https://x.example/a.svg)", "[a](",
    "javascript:alert(1)", "data:text/html,x", "https://x.example/?a=\"'<b>", "](", ")", "`", "```", "$x^2$", "$$",
    "\\(", "\\)", "\\[", "\\]", "&lt;", "&#x22;", "&quot;", "> ", "- ", "1. ", "\n", "\n\n", "**", "_", "~~", "<!--",
    "<https://y.example>", "[b]: javascript:x\n", "| a |", "# ", "---", "\u202e", "\\", "é", "𝕏", "<math>",
    "$\\href{x}{y}$",
)  # fmt: skip


def elements(markup: str) -> set[str]:
    tree = html.fragment_fromstring(markup, create_parent="div")
    return {str(one.tag) for one in tree.iter()} - {"div"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Tides *and* **moss**, ~~salt~~ `a<b`", "<em>and</em> <strong>moss</strong>, <s>salt</s> <code>a&lt;b</code>"),
        ("one\ntwo", "one<br>\ntwo"),
        ("> quoted\n\nsaid", "<blockquote><p>quoted</p></blockquote><p>said</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("```python\na < b\n```", '<pre tabindex="0" aria-label="Code"><code>a &lt; b\n</code></pre>'),
        (
            "[here](https://t.example/a?b=1&c=2)",
            '<a href="https://t.example/a?b=1&amp;c=2" rel="nofollow ugc noreferrer">',
        ),
        ("see https://t.example/a_(b).", ">https://t.example/a_(b)</a>."),
    ],
)
def test_markdown_is_set(text: str, wanted: str) -> None:
    assert wanted in set_(text)


@pytest.mark.parametrize("text", ["so $x^2$ grows", "so \\(x^2\\) grows"])
def test_formulas_stand_in_the_line(text: str) -> None:
    assert re.search(r"so <math[^>]*display=\"inline\"[^>]*>.*<msup>.*</math> grows", set_(text))


@pytest.mark.parametrize("text", ["$$\\sum_i a_i$$", "\\[\\sum_i a_i\\]"])
def test_formulas_stand_alone(text: str) -> None:
    assert 'display="block"' in set_(text)


@pytest.mark.parametrize("text", ["$5 or $10", "$5/$10", "a $ b $ c", "`$x$`", "$5 and `a$`", "\\$x\\$"])
def test_prices_and_code_are_no_formulas(text: str) -> None:
    assert "<math" not in set_(text)


def test_a_formula_that_cannot_be_set_is_shown_as_its_source() -> None:
    assert "<code>\\input{/etc/passwd}</code>" in set_("$\\input{/etc/passwd}$")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<svg><animate onbegin="alert(1)"/></svg>',
        '<a href="javascript:alert(1)">x</a>',
        "<!-- <p> -->",
        "# No heading",
        "| no | table |\n|---|---|\n| a | b |",
    ],
)
def test_html_and_what_a_comment_does_not_have_stays_as_it_was_typed(text: str) -> None:
    assert elements(set_(text)) <= {"p", "br"}
    said = html.fragment_fromstring(set_(text), create_parent="div").text_content()
    assert re.sub(r"\s+", " ", said).strip() == re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//x.example", "/vote", "mailto:a@b.example"]
)
def test_links_lead_to_the_web_alone(url: str) -> None:
    assert "href" not in set_(f"[x]({url}) <{url}> {url}")


def test_a_picture_is_a_link_to_it() -> None:
    assert elements(set_("![tides](https://x.example/a.svg)")) == {"p", "a"}


@pytest.mark.parametrize("text", ["> " * 30 + "deep", ">" * 9_000, "\n".join("  " * n + "- a" for n in range(30))])
def test_what_is_nested_too_deep_is_shown_as_it_was_typed(text: str) -> None:
    assert elements(set_(text)) == {"pre"}
    assert html.fragment_fromstring(set_(text)).text_content() == text
    assert "<pre" not in set_("> " * (MOST_NESTED // 2) + "fine")


def test_a_link_that_leads_nowhere_is_its_words() -> None:
    assert set_("see [this]() and [that](https://x.example/)").startswith("<p>see this and <a href=")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join))
def test_whatever_is_typed_only_our_elements_and_attributes_come_out(text: str) -> None:
    tree = html.fragment_fromstring(set_(text), create_parent="div")
    for one in tree.iter():
        name = str(one.tag)
        if name == "math" or any(str(above.tag) == "math" for above in one.iterancestors()):
            assert not any(key.startswith("on") or "href" in key or key == "style" for key in one.attrib)
            continue
        assert name in OURS
        assert set(one.attrib) <= {"href", "rel", "start", "tabindex", "aria-label", "class"}
        if name == "a":
            assert one.get("href").lower().startswith(("https://", "http://"))
            assert one.get("rel") == "nofollow ugc noreferrer"
