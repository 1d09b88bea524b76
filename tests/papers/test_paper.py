import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, artefact_kinds
from tests.invented import paper

KINDS = ("code", "model", "data", "demo", "project")


@pytest.mark.parametrize(
    ("identifiers", "key"),
    [
        ((Identifier("doi", "10.1000/1"), Identifier("arxiv", "2601.00007")), "doi:10.1000/1"),
        ((Identifier("s2", "corpus:7"),), "s2:corpus:7"),
        ((), "paper:7"),
    ],
)
def test_the_first_identifier_names_a_paper_and_its_number_where_there_is_none(
    identifiers: tuple[Identifier, ...], key: str
) -> None:
    assert paper(7, identifiers=identifiers).key == key


@given(st.lists(st.sampled_from(KINDS), max_size=8))
def test_kinds_are_told_once_each_in_the_order_in_which_a_reader_wants_them(kinds: list[str]) -> None:
    found = artefact_kinds(Artefact(kind, f"https://example.org/{n}") for n, kind in enumerate(kinds))  # type: ignore[arg-type]
    assert found == tuple(kind for kind in KINDS if kind in kinds)
