import gzip
import threading
from datetime import timedelta

import pytest
from starlette.responses import RedirectResponse, Response

from broadsheet.clock import FixedClock
from broadsheet.web.kept import LIFETIME, Kept
from broadsheet.web.sheet import Sheet
from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_signing import signed_in


class Press:
    """Counts how often it prints; `version` is what the pages depend on."""

    def __init__(self, clock: FixedClock, most: int = 1 << 20) -> None:
        self.version = 1
        self.printed = 0
        self.kept = Kept(lambda: self.version, clock, most)

    def print(self) -> Sheet | Response:
        self.printed += 1
        return Sheet(f"No. {self.printed}".encode() + b" " * 1000)

    def read(self, key: str = "/") -> str:
        page = self.kept.page(key, self.print)
        assert isinstance(page, Sheet)
        return page.plain("").decode().strip()


def test_a_page_is_printed_once_and_anew_when_something_changed(clock: FixedClock) -> None:
    press = Press(clock)
    assert [press.read(), press.read(), press.read("/about")] == ["No. 1", "No. 1", "No. 2"]
    press.version = 2
    assert [press.read(), press.read()] == ["No. 3", "No. 3"]


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
