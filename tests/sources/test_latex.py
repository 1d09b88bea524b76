import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.latex import accents, to_unicode


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"G{\"o}del", "Gödel"),
        (r"Erd\H{o}s", "Erdős"),
        (r"Fran\c{c}ois", "François"),
        (r"{\'{E}}cole", "École"),
        (r"M\'exico", "México"),
        (r"\v{C}ech", "Čech"),
        (r"\v Cech", "Čech"),
        (r"Na{\"\i}ve Na\"{\i}ve Na\"\i ve", "Naïve Naïve Naïve"),
        (r"{\L}ukasz Stra{\ss}e {\AA}ngstr{\"o}m \o re", "Łukasz Straße Ångström øre"),
        (r"\^e\`a\~n \={a} \.z \u{g} \k{a} \r{u} \d{s}", "êàñ ā ż ğ ą ů ṣ"),
        (r"{DNA} \& {RNA}: 100\% of \$5, a\_b, \#1", "DNA & RNA: 100% of $5, a_b, #1"),
        (r"\textbf{Bold} \emph{leaning}", "Bold leaning"),
        ("``quoted'' --- so 1--2, don't", "“quoted” — so 1–2, don't"),
        ("A.~Quill", "A. Quill"),
        (r"an $x_{1}^{2}$ {Bound}, \{set\}", "an $x_{1}^{2}$ Bound, {set}"),
        (r"\alpha-helix", r"\alpha-helix"),
        ("nothing to do", "nothing to do"),
    ],
)
def test_tex_reads_as_text(written: str, read: str) -> None:
    assert to_unicode(written) == read


@given(st.text(alphabet=r"""\{}$'"`^~=.uvHcikabe -&%"""))
def test_no_text_breaks_it(written: str) -> None:
    assert isinstance(to_unicode(written), str)


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]).filter(lambda c: c.isalnum() or c == " ")))
def test_plain_text_stays_as_it_is(written: str) -> None:
    written = unicodedata.normalize("NFC", written)
    assert to_unicode(written) == written


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"G{\"o}del, Erd\H{o}s, {\'{E}}cole, \v Cech", "Gödel, Erdős, École, Čech"),
        (r"Stra{\ss}e, \o re, \L{}ukasz, {\AA}", "Straße, øre, Łukasz, Å"),
        (r"in ~5 -- 6 ``{Bound}'' \& \alpha", r"in ~5 -- 6 ``{Bound}'' \& \alpha"),
        (r"$\v{c}$ \v{c}", r"$\v{c}$ č"),
        ("nothing to do", "nothing to do"),
    ],
)
def test_accents_alone_are_read(written: str, read: str) -> None:
    assert accents(written) == read
