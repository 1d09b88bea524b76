import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.arxiv.authors import names


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Ada Quill", ["Ada Quill"]),
        ("Ada Quill, Bruno Marsh", ["Ada Quill", "Bruno Marsh"]),
        ("Ada Quill and Bruno Marsh", ["Ada Quill", "Bruno Marsh"]),
        ("A. Quill, B.C. Marsh, and C. Vale", ["A. Quill", "B. C. Marsh", "C. Vale"]),
        ("A. Quill; B. Marsh & C. Vale", ["A. Quill", "B. Marsh", "C. Vale"]),
        ("Ada Quill (1), Bruno Marsh (2) ((1) Univ. of Tides, (2) Moss Lab)", ["Ada Quill", "Bruno Marsh"]),
        ("Ada Quill (Tides (North), Inc.), Bruno Marsh", ["Ada Quill", "Bruno Marsh"]),
        ("Bruno Marsh, Jr., Carla Vale III, Deniz Oak, III", ["Bruno Marsh Jr.", "Carla Vale III", "Deniz Oak III"]),
        ("The TIDE Collaboration: A. Quill, et al.", ["The TIDE Collaboration", "A. Quill"]),
        ("Ada\n  Quill,Bruno\tMarsh,, ", ["Ada Quill", "Bruno Marsh"]),
        (r"Erd\H{o}s P\'al, Stra{\ss}e~M\"uller, Fran\c{c}ois", ["Erdős Pál", "Straße Müller", "François"]),
        ("Ludwig van der Moss, Juan de la Vale", ["Ludwig van der Moss", "Juan de la Vale"]),
        ("Sandy Andrews, Andy Landgraf", ["Sandy Andrews", "Andy Landgraf"]),
        ("Voltaire", ["Voltaire"]),
        ("Ada Quill (never closed, Bruno Marsh", ["Ada Quill never closed", "Bruno Marsh"]),
        ("Ada Quill), Bruno Marsh", ["Ada Quill", "Bruno Marsh"]),
        ("", []),
        ("(1), 2, , et al", []),
    ],
)
def test_a_line_gives_its_names_in_order(line: str, read: list[str]) -> None:
    assert list(names(line)) == read


@given(st.text(alphabet="AQ.,;:() &'\\{}andJrIV1\n", max_size=60))
def test_no_line_breaks_it(line: str) -> None:
    assert all(name == name.strip() != "" for name in names(line))
