import pytest

from broadsheet.papers.signals import SignalLog
from tests.invented import record
from tests.web.conftest import Instance, upvotes

LOOKS = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def busy(instance: Instance) -> Instance:
    instance.add(*(record(n, signals=upvotes(10 + n, instance.clock)) for n in range(1, 5)))
    return instance


def seen(instance: Instance) -> dict[tuple[str, int], int]:
    instance.site.counting.write()
    return {(one.page, one.place): one.seen for one in instance.site.counting.exposure(instance.clock.now().date())}


def visits(instance: Instance, n: int = 3) -> float:
    instance.site.counting.write()
    paper = instance.site.catalogue.get(f"arxiv:2601.{n:05d}")
    found = SignalLog(instance.site.database, instance.clock).of([paper.id])[paper.id]
    return max((one.value for one in found if one.kind == "clicks"), default=0)


def test_every_look_at_a_page_counts_kept_or_not(busy: Instance) -> None:
    for _ in range(3):
        busy.get("/", **LOOKS)
    busy.get("/trending?window=week&category=cs.IR", **LOOKS)
    found = seen(busy)
    assert found["front day", 1] == found["front day", 4] == 3
    assert found["trending week next cs.IR", 1] == 1


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Dest": "empty"}, LOOKS | {"Sec-Purpose": "prefetch;prerender"}],
    ids=["", "fetch", "ahead"],
)
def test_programs_and_pages_loaded_in_advance_count_for_nothing(busy: Instance, headers: dict[str, str]) -> None:
    busy.get("/", **headers)
    busy.get("/paper/arxiv:2601.00003", **headers)
    assert seen(busy) == {}
    assert visits(busy) == 0


def test_a_paper_that_is_opened_from_a_page_here_counts_once_a_day(busy: Instance) -> None:
    for _ in range(3):
        busy.get("/paper/arxiv:2601.00003", **LOOKS)
    assert visits(busy) == 1
    busy.get("/paper/arxiv:2601.00003", **LOOKS | {"Sec-Fetch-Site": "cross-site"})
    busy.get("/paper/arxiv:2601.00002", **LOOKS | {"Sec-Fetch-Site": "none"})
    assert (visits(busy), visits(busy, 2)) == (1, 0)
    busy.clock.sleep(86_400)
    busy.get("/paper/arxiv:2601.00003", **LOOKS)
    assert visits(busy) == 2


def test_no_cookie_is_needed_to_be_counted(busy: Instance) -> None:
    busy.client.cookies.clear()
    busy.get("/paper/arxiv:2601.00003", **LOOKS)
    busy.client.cookies.clear()
    busy.get("/paper/arxiv:2601.00003", **LOOKS)
    assert visits(busy) == 1
