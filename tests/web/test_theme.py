import pytest

from tests.web.conftest import Build, Instance


def test_a_choice_is_kept_and_leads_back(instance: Instance) -> None:
    assert 'data-theme="auto"' in instance.get("/about").text
    answer = instance.post("/theme", theme="dark", back="/search?q=moss")
    assert answer.headers["location"] == "/search?q=moss"
    page = instance.get("/about").text
    assert 'data-theme="dark"' in page
    assert 'value="dark" aria-pressed="true"' in page


@pytest.mark.parametrize(
    "back", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nSet-Cookie: x=y", "/" + "x" * 3000]
)
def test_it_never_leads_elsewhere(instance: Instance, back: str) -> None:
    assert instance.post("/theme", theme="light", back=back).headers["location"] == "/"


def test_an_unknown_colour_is_a_clear_page(instance: Instance) -> None:
    assert "is no paper colour" in instance.post("/theme", 400, theme="pink").text


def test_a_broken_cookie_is_no_choice(instance: Instance) -> None:
    assert 'data-theme="auto"' in instance.get("/about", cookie='broadsheet_theme="><script>').text


def test_the_instance_has_a_colour_of_its_own(build: Build) -> None:
    assert 'data-theme="dark"' in build(theme="dark").get("/about").text
