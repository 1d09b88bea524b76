import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.web.tex import Run, runs


def _read(source: str) -> str:
    return "".join(run.text for run in runs(source) if run.kind == "text")


def _math(source: str) -> list[str]:
    return [run.text for run in runs(source) if run.kind == "math"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (r"99\% of \$5, R\&D, a\_b", "99% of $5, R&D, a_b"),
        ("``quoted'' words", "“quoted” words"),
        ("five o''clock", "five o''clock"),
        ("pages 3--5, and --- so", "pages 3–5, and — so"),
        ("run with --fast", "run with --fast"),
        (r"Erd\H{o}s, \'{e}t\'e, Stra\ss e, \v{C}apek", "Erdős, été, Straße, Čapek"),
        ("Fig.~3 of model~X", "Fig.\u00a03 of model\u00a0X"),
        ("about ~5 of them", "about ~5 of them"),
        (r"as shown~\cite{a,b}, see \ref{x}", "as shown\u00a0, see "),
        (r"\textit{in vivo} and {\em so on}", "in vivo and so on"),
        (r"the \href{https://a.example/x}{data set}", "the data set"),
        (r"10 \times faster, $\alpha$ apart", "10 ×faster,  apart"),
        (r"\unknown{kept} as \typed", r"\unknown{kept} as \typed"),
        ("a set {x, y} of things", "a set {x, y} of things"),
        ("no\u202e bidi\u2066 and\x00 nul\ud800", "no bidi and nul"),
        ("It costs $5 and then $10 more", "It costs $5 and then $10 more"),
    ],
)
def test_prose_reads_as_its_author_meant_it(source: str, said: str) -> None:
    assert _read(source) == said


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        ("$O(n)$ time", ["O(n)"]),
        (r"\(a\) and \[b\] and $$c$$", ["a", "b", "c"]),
        ("BT$^2$", ["^2"]),
        (r"from \$5 to $x$", ["x"]),
        ("$ not math $", []),
        ("$5 to $10", []),
        (r"by $\sim$2 orders, 2$\times$10", [r"\sim", r"\times"]),
        (r"$5 \to $10", []),
        (
            r"([Fe/H] $ \lesssim -1.4$). Carina IV ($M_V = 3$) and Phoenix III ($r < 40$ pc)",
            [r"\lesssim -1.4", "M_V = 3", "r < 40"],
        ),
        (r"at $\mu $) of the known population, while ($x$)", ["x"]),
        ("pay $ 5 and then $ 10, or $ x_1 $", ["x_1"]),
        (
            r"$\{x : x \text{ is one of the few}\}$ and $f(x) = y for all$",
            [r"\{x : x \text{ is one of the few}\}", "f(x) = y for all"],
        ),
        ("$a loss of that kind$ and $b$", ["b"]),
        ("$" + "x" * 500 + "$", []),
        ("$a$ and $b$", ["a", "b"]),
        ("$a\u202eb\x00$", ["ab"]),
    ],
)
def test_mathematics_is_told_from_money(source: str, formulas: list[str]) -> None:
    assert _math(source) == formulas


def test_styles_become_elements_that_nest() -> None:
    assert [(run.kind, run.text) for run in runs(r"\textbf{a \emph{b}} c")] == [
        ("open", "b"),
        ("text", "a "),
        ("open", "em"),
        ("text", "b"),
        ("close", "em"),
        ("close", "b"),
        ("text", " c"),
    ]


@pytest.mark.parametrize(("source", "power"), [("BT^2: Basis", "2"), ("up to 10^{-3} of it", "−3"), ("R^n", None)])
def test_a_bare_power_is_raised(source: str, power: str | None) -> None:
    found = runs(source)
    raised = [found[n + 1].text for n, run in enumerate(found) if run == Run("open", "sup", run.start, run.end)]
    assert raised == ([power] if power else [])


def test_an_unclosed_style_is_closed_at_the_end() -> None:
    assert runs(r"a \emph{b")[-1] == Run("close", "em", 9, 9)


texts = st.text(alphabet=st.one_of(st.sampled_from(list("$\\{}()[]%~`'-: ab2")), st.characters()), max_size=120)


@given(texts)
@settings(max_examples=150)
def test_runs_stand_in_order_and_elements_nest(source: str) -> None:
    place, opened = 0, []
    for run in runs(source):
        assert place <= run.start <= run.end <= len(source)
        place = run.end
        if run.verbatim:
            assert run.text == source[run.start : run.end]
        if run.kind == "open":
            opened.append(run.text)
        elif run.kind == "close":
            assert opened.pop() == run.text
    assert not opened


@given(st.text(alphabet=string.ascii_letters + string.digits + " .,;:!?()", max_size=200))
@settings(max_examples=60)
def test_plain_prose_is_left_alone(source: str) -> None:
    assert _read(source) == source


@pytest.mark.parametrize("hostile", [r"\(", "$", "{", r"\textit{", "``", r"\cite{", "$a", r"\'", "~"])
def test_a_hundred_kilobytes_of_one_thing_take_no_time(hostile: str) -> None:
    import time

    began = time.process_time()
    runs(hostile * (100_000 // len(hostile)))
    assert time.process_time() - began < 3
