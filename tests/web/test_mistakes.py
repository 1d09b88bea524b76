import re
from collections.abc import Callable
from typing import Any

import pytest

from broadsheet.errors import BroadsheetError, Conflict, Forbidden, Invalid, NotFound, TooMany, Unavailable
from broadsheet.web.mistakes import status_of
from tests.web.conftest import ORIGIN, Instance


@pytest.fixture(scope="module")
def instance(read_only: Instance) -> Instance:
    """Nothing here changes anything: one is enough."""
    return read_only


def _raiser(error: Exception) -> Callable[..., Any]:
    def raise_it(*_given: Any, **_named: Any) -> Any:
        raise error

    return raise_it


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("No such thing. Look elsewhere."), 404),
        (Invalid("That is no thing.", field="x"), 400),
        (Conflict("It runs elsewhere."), 409),
        (Forbidden("Not for you."), 403),
        (TooMany("Too often. Try later.", retry_after=41.6), 429),
        (Unavailable("The database does not answer."), 503),
    ],
)
def test_every_kind_of_error_has_a_page(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, error: BroadsheetError, status: int
) -> None:
    monkeypatch.setattr(type(instance.site.catalogue), "get", _raiser(error))
    answer = instance.get("/paper/arxiv:2601.00001", status)
    assert error.message in answer.text
    assert status_of(error) == status
    assert answer.headers.get("retry-after") == ("42" if status == 429 else None)


def test_a_fault_of_ours_tells_no_details(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(instance.site.catalogue), "get", _raiser(RuntimeError("secret path /etc/x")))
    answer = instance.get("/paper/arxiv:2601.00001", 500)
    assert "Something broke" in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/feeds", "/static", "/%00", "/%ED%A0%80", "/edition/a/b"])
def test_unknown_paths_are_clear_pages(instance: Instance, path: str) -> None:
    answer = instance.client.get(path, follow_redirects=False)
    assert answer.status_code == 404
    assert "Nothing is at this address" in answer.text


def test_a_wrong_method_is_a_clear_page(instance: Instance) -> None:
    answer = instance.client.post("/")
    assert answer.status_code == 405
    assert "cannot be used in that way" in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/search?q=moss", "/nothing", "/about", "/subscribe", "/static/x/broadsheet.css", "/edition/x"]
)
def test_every_answer_is_guarded(instance: Instance, path: str) -> None:
    headers = instance.client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/", "/search", "/search?q=moss", "/subscribe", "/about/trending", "/nothing", "/edition"]
)
def test_no_page_needs_what_the_policy_forbids(instance: Instance, path: str) -> None:
    page = instance.client.get(path).text
    page = page.replace(
        f'<link rel="canonical" href="{ORIGIN}', ""
    )  # an address of our own that nothing is loaded from
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! type=\"module\" src=\"/static/)", page)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
