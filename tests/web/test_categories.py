import pytest

from broadsheet.web.categories import category_name


@pytest.mark.parametrize(
    ("code", "name"),
    [("cs.LG", "Machine learning"), ("astro-ph.CO", "Astrophysics"), ("hep-th", "Particle theory"), ("acl", "acl")],
)
def test_categories_have_names(code: str, name: str) -> None:
    assert category_name(code) == name
