"""What can be done stands in the documents, what they name can be done, and every link leads to something."""

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import typer
from httpx import Response
from lxml import html
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.cli.main import program
from tests.doors.doors import PARAMETER, doors, look_over

PAGE = Path(__file__).parents[2] / "docs" / "doors.md"
CRAWLED = 150
HERE = "http://testserver"


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    app.trending.refresh()
    assert app.editions.publish_due(ready=True)
    with TestClient(app.asgi(ticking=False), raise_server_exceptions=False, follow_redirects=False) as found:
        yield found


def test_the_documents_name_exactly_the_doors_there_are(app: App) -> None:
    told = re.findall(r"^\| `([A-Z]+) (\S+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    there = {
        (method, PARAMETER.sub(r"{\1}", door.path))
        for door in doors(app.asgi(ticking=False).routes)
        for method in door.methods - {"HEAD"}
    }
    assert {(method, path) for method, path, _ in told} == there
    assert len(told) == len(there), "a door is told twice"
    assert all(words.strip() for _, _, words in told)


def test_the_api_describes_every_path_and_parameter_of_its_own(client: TestClient) -> None:
    told = client.get("/api/v1/openapi.json").json()
    there = {
        PARAMETER.sub(r"{\1}", door.path.removeprefix("/api/v1"))
        for door in doors(client.app.routes)  # type: ignore[attr-defined]
        if door.path.startswith("/api/v1/") and not door.path.endswith("openapi.json")
    }
    assert {re.sub(r":path\}", "}", path) for path in told["paths"]} == there
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["summary"]


def commands(command: Any, path: str = "broadsheet") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


def test_every_command_and_every_option_has_help() -> None:
    found = dict(commands(typer.main.get_command(program)))
    assert len(found) > 15
    for path, command in found.items():
        assert (command.help or "").strip(), path
        for parameter in command.params:
            assert (getattr(parameter, "help", "") or "").strip(), (path, parameter.name)


def test_every_link_leads_to_something(client: TestClient) -> None:
    waiting, asked = deque(["/"]), {"/": "the start"}
    shown: dict[str, set[str]] = {}
    fragments: list[tuple[str, str, str]] = []
    while waiting and len(shown) < CRAWLED:
        path = waiting.popleft()
        answer = client.get(path)
        look_over(answer, f"linked from {asked[path]}")
        assert answer.status_code < 400, (path, asked[path], answer.status_code)
        links, shown[path] = _read(path, answer)
        for link in links:
            inner, fragment = urldefrag(link)
            if fragment:
                fragments.append((path, inner, fragment))
            if inner not in asked:
                asked[inner] = path
                waiting.append(inner)
    assert len(shown) == CRAWLED
    kinds = {path.split("?")[0].split("/")[1] for path in shown}
    assert {"", "search", "paper", "edition", "about", "subscribe", "feeds", "api", "static"} <= kinds
    for page, target, fragment in fragments:
        assert fragment in shown.get(target, {fragment}), (page, target, fragment)


def _read(path: str, answer: Response) -> tuple[list[str], set[str]]:
    """Return a page's links within this site, and its anchors; insists that it loads nothing from other sites."""
    if answer.is_redirect:
        target = urljoin(f"{HERE}{path}", answer.headers["location"])
        return ([target.removeprefix(HERE)] if target.startswith(f"{HERE}/") else []), set()
    if not answer.headers["content-type"].startswith("text/html"):
        return [], set()
    tree = html.document_fromstring(answer.content.decode())
    for loaded in tree.xpath("//script/@src | //img/@src | //link[not(@rel='canonical')]/@href"):
        assert loaded.startswith("/"), (path, loaded)
        assert not loaded.startswith("//"), (path, loaded)
    found = []
    for link in tree.xpath("//a/@href | //link/@href | //script/@src | //img/@src"):
        whole = urljoin(f"{HERE}{path}", link)
        assert urlsplit(whole).scheme in ("http", "https"), (path, link)
        if whole.startswith(f"{HERE}/"):
            found.append(whole.removeprefix(HERE))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), (path, "an id stands twice")
    return found, set(ids)


def test_every_form_goes_to_a_door_that_takes_it(client: TestClient, app: App) -> None:
    there = {(method, door.path) for door in doors(app.asgi(ticking=False).routes) for method in door.methods}
    for path in ("/", "/search", "/search?q=reuse", "/subscribe", "/paper/1904.09730", "/edition", "/about"):
        page = client.get(path, follow_redirects=True)
        for form in html.document_fromstring(page.content.decode()).xpath("//form"):
            action = urlsplit(urljoin(path, form.get("action", ""))).path
            assert (form.get("method", "get").upper(), action) in there, (path, action)
