import gzip
import threading
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.clock import FixedClock
from broadsheet.web.kept import LIFETIME, Kept, Version
from broadsheet.web.pages import Pages
from broadsheet.web.sheet import Sheet
from tests.invented import record
from tests.web.conftest import Instance, upvotes
from tests.web.test_signing import signed_in


class Press:
    """Counts how often it prints; `version` is what all pages depend on, `changed` the last change of each paper."""

    def __init__(self, clock: FixedClock, most: int = 1 << 20) -> None:
        self.version = 1
        self.changed: dict[int, int] = {}
        self.printed = self.asked = 0
        self.kept = Kept(lambda: Version(self.version, max(self.changed.values(), default=0)), self.last, clock, most)

    def last(self, papers: Collection[int]) -> int:
        self.asked += 1
        return max((self.changed.get(one, 0) for one in papers), default=0)

    def print(self, papers: Collection[int] | None = None) -> Sheet | Response:
        self.printed += 1
        told = None if papers is None else frozenset(papers)
        return Sheet(f"No. {self.printed}".encode() + b" " * 1000, papers=told)

    def read(self, key: str = "/", papers: Collection[int] | None = None) -> str:
        page = self.kept.page(key, lambda: self.print(papers))
        assert isinstance(page, Sheet)
        return page.plain("").decode().strip()


def test_a_page_is_printed_once_and_anew_when_something_changed(clock: FixedClock) -> None:
    press = Press(clock)
    assert [press.read(), press.read(), press.read("/about")] == ["No. 1", "No. 1", "No. 2"]
    press.version = 2
    assert [press.read(), press.read()] == ["No. 3", "No. 3"]


def test_a_page_is_printed_anew_for_its_own_papers_alone(clock: FixedClock) -> None:
    press = Press(clock)
    pages: dict[str, tuple[int, ...] | None] = {"one": (1, 2), "other": (2, 3), "none": (), "any": None}

    def read() -> list[str]:
        return [press.read(key, papers) for key, papers in pages.items()]

    assert read() == ["No. 1", "No. 2", "No. 3", "No. 4"]
    press.changed[1] = 1
    assert read() == ["No. 5", "No. 2", "No. 3", "No. 6"]
    asked = press.asked
    assert read() == ["No. 5", "No. 2", "No. 3", "No. 6"]
    assert press.asked == asked, "a change is looked at once"
    press.changed[2] = 2
    assert read() == ["No. 7", "No. 8", "No. 3", "No. 9"]
    press.version = 2
    assert read() == ["No. 10", "No. 11", "No. 12", "No. 13"]


def test_a_change_of_a_pages_paper_while_it_is_printed_is_not_missed(clock: FixedClock) -> None:
    press = Press(clock)

    def slow() -> Sheet | Response:
        page = press.print((1,))
        press.changed[1] = 1
        press.changed[2] = 2
        return page

    press.kept.page("/", slow)
    assert press.read("/", (1,)) == "No. 2"


def test_a_page_is_not_kept_longer_than_its_times_are_true(clock: FixedClock) -> None:
    press = Press(clock)
    press.read()
    clock.sleep(LIFETIME.total_seconds() - 1)
    assert press.read() == "No. 1"
    clock.sleep(1)
    assert press.read() == "No. 2"


def test_what_changes_while_a_page_is_printed_is_not_missed(clock: FixedClock) -> None:
    press = Press(clock)

    def slow() -> Sheet | Response:
        page = press.print()
        press.version = 2
        return page

    press.kept.page("/", slow)
    assert press.read() == "No. 2"


def test_the_least_asked_for_go_first(clock: FixedClock) -> None:
    press = Press(clock, most=2 * Sheet(b"No. 1" + b" " * 1000).size)
    press.read("a")
    press.read("b")
    press.read("a")
    press.read("c")
    assert press.printed == 3
    assert press.read("a") == "No. 1"
    assert press.read("b") == "No. 4"


def test_other_answers_are_passed_on_and_not_kept(clock: FixedClock) -> None:
    press = Press(clock)
    away = RedirectResponse("/elsewhere")
    assert press.kept.page("/", lambda: away) is away
    assert press.read() == "No. 1"


def test_of_many_at_once_one_prints(clock: FixedClock) -> None:
    press = Press(clock)
    going, ready = threading.Event(), threading.Barrier(9)

    def slow() -> Sheet | Response:
        going.wait(60)
        return press.print()

    def ask() -> None:
        ready.wait(60)
        press.kept.page("/", slow)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    ready.wait(60)
    going.set()
    for thread in threads:
        thread.join()
    assert press.printed == 1


def test_a_page_that_fails_is_tried_again(clock: FixedClock) -> None:
    press = Press(clock)

    def fail() -> Sheet | Response:
        raise RuntimeError("no ink")

    with pytest.raises(RuntimeError):
        press.kept.page("/", fail)
    assert press.read() == "No. 1"


PATH = "/paper/arxiv:2601.00001"


def test_every_browser_gets_its_own_token_in_a_kept_page(instance: Instance) -> None:
    first = instance.get("/about").text
    instance.client.cookies.clear()
    second = instance.get("/about").text
    tokens = [page.partition('name="form_token" value="')[2][:64] for page in (first, second)]
    assert tokens[0] != tokens[1]
    assert first.replace(tokens[0], "") == second.replace(tokens[1], "")
    assert instance.post("/theme", theme="dark").headers["location"] == "/"


def test_a_kept_page_comes_packed_or_plain_as_the_browser_can(instance: Instance) -> None:
    instance.add(record(1))
    plain = instance.get(PATH, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with instance.client.stream("GET", PATH, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"] == plain.headers["etag"]


def test_a_vote_is_on_the_next_page_that_anybody_loads(instance: Instance) -> None:
    instance.add(record(1))
    assert ">0<" in instance.get(PATH).text
    reader = instance.site.accounts.readers.add("bee@quill.example")
    instance.site.community.votes.cast(reader.id, instance.site.catalogue.get("arxiv:2601.00001").id)
    assert ">1<" in instance.get(PATH).text


def test_a_vote_or_a_comment_renews_the_pages_of_its_paper_and_no_others(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.add(
        *(record(n, signals=upvotes(50.0 - n, instance.clock)) for n in range(1, 4)), record(9, published=None)
    )
    instance.site.editions.publish_due(ready=True)
    site = instance.site
    reader, other = (site.accounts.readers.add(f"{name}@quill.example") for name in ("ada", "bee"))
    one, nine = (site.catalogue.get(f"arxiv:2601.0000{n}").id for n in (1, 9))
    paths = ["/", "/trending", "/paper/arxiv:2601.00001", "/paper/arxiv:2601.00002", "/paper/arxiv:2601.00009"]
    rendered: list[str] = []
    show = Pages.show

    def counted(pages: Pages, request: Request, template: str, *more: Any, **content: Any) -> Response:
        rendered.append(request.url.path)
        return show(pages, request, template, *more, **content)

    monkeypatch.setattr(Pages, "show", counted)

    def renewed() -> list[str]:
        rendered.clear()
        for path in paths:
            instance.get(path)
        return list(rendered)

    assert renewed() == paths
    assert renewed() == []
    site.community.votes.cast(reader.id, one)
    assert renewed() == paths[:3]
    said = site.community.comments.write(reader, one, "Tides.")
    assert "Tides." in instance.get(paths[2]).text
    site.community.comment_votes.cast(other, said.id)
    assert renewed() == paths[:3]
    shown = {place.paper.id for _, places in site.editions.today().sections() for place in places}
    site.community.votes.cast(reader.id, nine)
    assert renewed() == ["/"] * (nine in shown) + ["/trending"] * (nine in trending(instance)) + paths[4:]
    site.accounts.readers.rename(reader.id, "Ada Q")
    assert renewed() == paths


def trending(instance: Instance) -> set[int]:
    return {place.paper.id for place in instance.site.trending.page().places}


def test_what_is_indexed_is_on_the_next_page_of_results(instance: Instance) -> None:
    instance.add(record(1, title="Gondolas glide"))
    assert "No paper" in instance.get("/search?q=author:%22Nobody+Else%22").text
    assert "Gondolas" in instance.get("/search?q=gondolas").text
    instance.site.catalogue.add([record(2, title="Gondolas in the fog")])
    assert "fog" not in instance.get("/search?q=gondolas").text
    instance.index.catch_up()
    assert "fog" in instance.get("/search?q=gondolas").text


def test_who_is_signed_in_gets_a_page_of_their_own(instance: Instance) -> None:
    instance.add(record(1))
    assert "Sign in</a>" in instance.get(PATH).text
    signed_in(instance)
    assert 'href="/me"' in instance.get(PATH).text
    instance.client.cookies.clear()
    assert 'href="/me"' not in instance.get(PATH).text


def test_paper_colours_are_kept_apart(instance: Instance) -> None:
    assert 'data-theme="auto"' in instance.get("/about").text
    instance.post("/theme", theme="dark")
    assert 'data-theme="dark"' in instance.get("/about").text


def test_a_kept_page_knows_when_its_minute_is_over(instance: Instance) -> None:
    first = instance.get("/").text
    instance.clock.move_to(instance.clock.now() + timedelta(days=1))
    assert instance.get("/").text != first
