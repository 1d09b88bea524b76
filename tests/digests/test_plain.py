import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.digests.plain import formula, plain


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Counting tides", "Counting tides"),
        (r"$\alpha$-stable tides in $O(n^2)$", "α-stable tides in O(n²)"),
        (r"A $\mathcal{O}(\sqrt{n \log n})$ regret", "A O(√(n log n)) regret"),
        (r"From $\mathbb{R}^d$ to $\mathbb{Z}_2$", "From ℝᵈ to ℤ₂"),
        (r"Error below $10^{-3}$, $x_{i+1} \leq y_t$", "Error below 10⁻³, xᵢ₊₁ ≤ yₜ"),
        (r"$\frac{1}{2}$ and $\frac{a+b}{c}$", "1/2 and (a+b)/c"),
        (r"$\ell_{\infty}$ and $x^{\mathrm{Q}}$", "ℓ_∞ and x^Q"),
        (r"$e^{i\pi n/2}$", "e^(iπn/2)"),
        (r"\(\hat{\theta}\) of \[\left(\bar{x}, \tilde y\right)\]", "θ̂ of (x̄, ỹ)"),
        (r"Schr\"{o}dinger's {\em cat} and \textbf{dog}~3", "Schrödinger's cat and dog\u00a03"),
        (r"It costs \$5 and 20\%, or $5", "It costs $5 and 20%, or $5"),
        (r"As said \cite{quill2020}, it holds", "As said, it holds"),
        (r"A $90^\circ$ turn, $f'$, $\|x\|$", "A 90° turn, f′, ‖x‖"),
        (r"$\unknowncommand{x}$", "unknowncommandx"),
        (r"See \href{https://x.example}{the page}", "See the page"),
    ],
)
def test_what_authors_type_becomes_what_a_mail_shows(typed: str, read: str) -> None:
    assert plain(typed) == unicodedata.normalize("NFC", read)


def test_a_space_of_its_own_width_is_kept_narrow() -> None:
    assert formula(r"10\,000 \quad x") == "10\u202f000 x"


@given(st.text(st.sampled_from(r"\{}$^_ abfracsqrt12~'()[]&%-"), max_size=80))
def test_nothing_that_can_be_typed_breaks_it(text: str) -> None:
    assert isinstance(plain(text), str)
    assert isinstance(formula(text), str)


@given(st.text(st.characters(exclude_characters="\\$")))
def test_prose_without_tex_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
