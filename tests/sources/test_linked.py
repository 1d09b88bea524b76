from broadsheet.papers.identifiers import Identifier
from broadsheet.sources.linked import with_linked

ARXIV, DOI = Identifier("arxiv", "2601.00007"), Identifier("doi", "10.5555/tide.7")


def test_links_add_identifiers_of_other_schemes() -> None:
    urls = ["https://arxiv.org/abs/2601.00007", "https://doi.org/10.5555/TIDE.7", "https://tide.example/"]
    assert with_linked((ARXIV,), urls) == (ARXIV, DOI)
    assert with_linked((), urls) == (ARXIV, DOI)
    assert with_linked((DOI,), urls) == (DOI, ARXIV)


def test_a_second_value_of_its_own_scheme_is_another_papers() -> None:
    assert with_linked((ARXIV,), ["https://arxiv.org/abs/2601.99999"]) == (ARXIV,)


def test_dois_of_data_and_software_name_no_paper() -> None:
    urls = ["https://doi.org/10.5281/zenodo.123", "https://doi.org/10.6084/m9.figshare.7", "https://doi.org/10.5555/a"]
    assert with_linked((ARXIV,), urls) == (ARXIV, Identifier("doi", "10.5555/a"))


def test_what_is_no_address_adds_nothing() -> None:
    assert with_linked((ARXIV,), ["", "nonsense", "http://[", "/"]) == (ARXIV,)
