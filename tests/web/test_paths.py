import pytest

from broadsheet.web.paths import asked_path, came_from, own_path
from tests.web.test_client import request


@pytest.mark.parametrize("path", ["/", "/search?q=a+b", "/paper/arxiv:2601.00001#why"])
def test_paths_of_this_site_are_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path", ["", "search", "//evil.example", "/\\evil.example", "https://evil.example/", "/a\r\nb", "/" + "a" * 2_000]
)
def test_anything_else_leads_to_the_front_page(path: str) -> None:
    assert own_path(path) == "/"


def test_where_a_form_stood_is_believed_of_this_site_alone() -> None:
    assert came_from(request("127.0.0.1", referer="http://localhost:8080/search?q=a")) == "/search?q=a"
    assert came_from(request("127.0.0.1", referer="http://evil.example/search?q=a")) == "/"
    assert came_from(request("127.0.0.1")) == "/"
    assert asked_path(request("127.0.0.1")) == "/"
