import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from broadsheet.web.mathml import Untranslatable, mathml


def test_a_formula_becomes_mathml() -> None:
    assert mathml("x^2") == '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'


def test_a_block_stands_alone() -> None:
    assert mathml("x", block=True).startswith('<math display="block">')


@pytest.mark.parametrize(
    "latex",
    [
        r"\undefinedcommand{x}",
        r"\def\a{x}",
        r"\newcommand{\a}{\b\b}\a",
        r"\frac{",
        "{" * 40 + "x" + "}" * 40,
        "x" * 2000,
        r"\href{javascript:alert(1)}{x}",
    ],
)
def test_what_cannot_be_shown_says_so(latex: str) -> None:
    with pytest.raises(Untranslatable):
        mathml(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;}",
        r"<img src=x>",
        r"\color{red\" onclick=\"x}{y}",
        r"\mathrm{a\"b'c}",
    ],
)
def test_markup_in_a_formula_stays_text(latex: str) -> None:
    try:
        made = mathml(latex)
    except Untranslatable:
        return
    tree = etree.fromstring(str(made).replace("&nbsp;", " "))
    assert {element.tag for element in tree.iter()} <= {"math", "mrow", "mi", "mo", "mn", "msup", "mtext", "mstyle"}
    assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)


pieces = st.sampled_from([*"\\{}^_&<>\"'abx2+ ", r"\frac", r"\sqrt", r"\text", r"\left", r"\begin{matrix}"])


@given(st.lists(pieces, max_size=60).map("".join))
@settings(max_examples=150)
def test_any_latex_gives_well_formed_mathml_or_a_refusal(latex: str) -> None:
    try:
        made = mathml(latex)
    except Untranslatable:
        return
    assert etree.fromstring(str(made)).tag == "math"
