import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers.mentions import mentions


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("Code: https://github.com/quill/looms.", ["https://github.com/quill/looms"]),
        ("(https://github.com/quill/looms).", ["https://github.com/quill/looms"]),
        ("“https://github.com/quill/looms.”", ["https://github.com/quill/looms"]),
        ("at https: //github.com/quill/looms", ["https://github.com/quill/looms"]),
        ("at https:/github.com/quill/looms", ["https://github.com/quill/looms"]),
        ("at https:// github.com/quill/looms", ["https://github.com/quill/looms"]),
        ("at https://github. com/quill/looms", ["https://github.com/quill/looms"]),
        ("at https : //github.com/quill/looms", ["https://github.com/quill/looms"]),
        ("at github.com/quill/looms.", ["https://github.com/quill/looms"]),
        ("at www.looms.example/demo, and", ["https://www.looms.example/demo"]),
        ("see quill.github.io/looms!", ["https://quill.github.io/looms"]),
        ("at https://github.com/quill/ looms-2.", ["https://github.com/quill/looms-2"]),
        ("at https://github.com/qu- ill/looms, as", ["https://github.com/qu-ill/looms"]),
        ("at https://github.com/quill/looms- data.", ["https://github.com/quill/looms-data"]),
        ("at https://github.com/quill/ and in print", ["https://github.com/quill/"]),
        (r"\url{https://github.com/quill/tide\_tables}", ["https://github.com/quill/tide_tables"]),
        (r"\href{https://quill.github.io/looms/}{here}", ["https://quill.github.io/looms/"]),
        (r"$\href{https://e.org/a\%20b\#c}{\text{x}}$", ["https://e.org/a%20b#c"]),
        ("[Link](https://quill.example/looms).", ["https://quill.example/looms"]),
        ("https://a.example/x,https://b.example/y;", ["https://a.example/x", "https://b.example/y"]),
        ("https://e.org/wiki/Loom_(tool) is", ["https://e.org/wiki/Loom_(tool)"]),
        ("at https://github.com/quill/looms.Our results", ["https://github.com/quill/looms"]),
        ("at https://github.com/quill/VoVNet.pytorch now", ["https://github.com/quill/VoVNet.pytorch"]),
        ("archived (swh:1:dir:" + "a1" * 20 + "; see)", ["swh:1:dir:" + "a1" * 20]),
        ("mail ada@www.quill.example, or GitHub Copilot; github.com is a host", []),
        ("the compiler (DOI 10.5281/zenodo.21228150).", ["https://doi.org/10.5281/zenodo.21228150"]),
        ("doi:10.17605/OSF.IO/AB12C; 10.1109/x.1", ["https://doi.org/10.17605/OSF.IO/AB12C"]),
        ("nothing at all", []),
    ],
)
def test_addresses_are_read_as_they_were_meant(text: str, urls: list[str]) -> None:
    assert [one.url for one in mentions(text)] == urls


def test_each_comes_with_the_words_that_introduce_it() -> None:
    text = "We knit. Code is at https://github.com/quill/looms, data at https://e.org/d. More: https://e.org/m"
    assert [one.before.strip(" ,") for one in mentions(text)] == ["Code is at", "data at", "More:"]
    assert [text[one.start : one.end] for one in mentions(text)] == [one.url for one in mentions(text)]


@given(st.text(max_size=300), st.text(alphabet="https:/ .()[]\\{}_-wgiubco", max_size=300))
def test_no_text_is_too_strange(text: str, almost: str) -> None:
    for one in mentions(f"{text} https://{almost} {text}{almost}"):
        assert one.url.startswith(("http://", "https://", "swh:1:"))
        assert " " not in one.url


@pytest.mark.parametrize(
    "hostile",
    [
        "http://" * 14_000,
        "https://github.com/" + "." * 100_000,
        "https: " * 15_000,
        "github.com/a/ " * 8_000,
        "(" * 99_999,
    ],
)
def test_hostile_text_takes_time_in_proportion(hostile: str) -> None:
    start = time.process_time()
    sum(1 for _ in mentions(hostile))
    assert time.process_time() - start < 2
