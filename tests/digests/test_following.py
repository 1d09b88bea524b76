from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.digests.following import LOOKBACK, OF_ALL, OF_EACH, OVERLAP, Follower, Following
from broadsheet.digests.saved import SavedSearch
from broadsheet.digests.sections import share
from broadsheet.errors import BroadsheetError, Invalid, Unavailable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.fusion import Ranking
from broadsheet.search.news import News
from tests.conftest import NOON
from tests.digests.newsroom import Library, Newsroom

HOUR = timedelta(hours=1)
Chosen = list[tuple[str, list[int]]]


def saved(question: str, ago: timedelta = timedelta(days=9)) -> SavedSearch:
    return SavedSearch(0, f"q={question}", question, NOON - ago, NOON)


class Shelf:
    """A catalogue whose papers came in at given hours before noon: paper n+1 at `hours[n]`."""

    def __init__(self, *hours: float) -> None:
        self.came = {n: NOON - timedelta(hours=ago) for n, ago in enumerate(hours, 1)}

    def came_between(self, start: object, end: object) -> object:
        return self.came


def run(library: Library, *hours: float) -> Following:
    return Follower(library, Shelf(*hours)).until(NOON)  # type: ignore[arg-type]


def chosen(found: Following, searches: list[SavedSearch], last: datetime | None, had: Collection[int]) -> Chosen:
    """Choose of searches alone, as for a reader to whom they come beside the size."""
    taken = set(had)
    entries = share(["searches"], found.offers(searches, last, taken), OF_ALL, taken)
    return [
        (question, [one.paper for one in some]) for question, some in groupby(entries, key=lambda one: one.question)
    ]


def following(answers: dict[str, list[int]], *hours: float) -> Following:
    library = Library()
    library.answers = dict(answers)
    found = run(library, *hours)
    assert list(found.ask(f"q={question}" for question in answers)) == [f"q={question}" for question in answers]
    return found


def test_only_what_came_in_since_and_was_not_had_is_new() -> None:
    found = following({"salt": [5, 4, 3, 2, 1]}, 1, 20, 30, 50, 2)
    last = NOON - timedelta(hours=20)  # and a day before it is looked at, too
    assert chosen(found, [saved("salt")], last, {1}) == [("q=salt", [5, 3, 2])]
    assert chosen(found, [saved("salt", 10 * HOUR)], last, ()) == [("q=salt", [5, 1])]
    assert chosen(found, [saved("salt", 10 * HOUR)], None, ()) == [("q=salt", [5, 1])]
    assert chosen(found, [saved("salt", HOUR)], None, ()) == []  # at that very moment is not after it


def test_a_paper_stands_under_the_first_search_that_found_it() -> None:
    found = following({"salt": [1, 2], "maps": [2, 1, 3], "moss": [1]}, 1, 1, 1)
    searches = [saved("salt"), saved("maps"), saved("moss")]
    assert chosen(found, searches, None, ()) == [("q=salt", [1]), ("q=maps", [2, 3])]


def test_searches_share_the_room_alike() -> None:
    answers = {f"salt{n}": list(range(10 * n + 1, 10 * n + 11)) for n in range(20)}
    found = following(answers, *[1.0] * 200)
    searches = [saved(f"salt{n}") for n in range(20)]
    sizes = [len(ids) for _, ids in chosen(found, searches, None, ())]
    assert sizes == [2] * 10 + [1] * 10
    assert sum(sizes) == OF_ALL
    assert [len(ids) for _, ids in chosen(found, searches[:2], None, ())] == [OF_EACH] * 2


@settings(max_examples=100)
@given(
    ids=st.lists(st.lists(st.integers(1, 40), max_size=12, unique=True), max_size=6),
    had=st.sets(st.integers(1, 40)),
    ago=st.integers(0, 60),
)
def test_nothing_comes_twice_and_all_of_it_is_new(ids: list[list[int]], had: set[int], ago: int) -> None:
    found = following({f"s{n}": some for n, some in enumerate(ids)}, *range(40))
    last = NOON - timedelta(hours=ago)
    got = chosen(found, [saved(f"s{n}") for n in range(len(ids))], last, had)
    papers = [paper_id for _, some in got for paper_id in some]
    assert len(papers) == len(set(papers)) <= OF_ALL
    assert not had & set(papers)
    assert all(NOON - timedelta(hours=paper_id - 1) > last - OVERLAP for paper_id in papers)
    for question, some in got:
        order = ids[int(question.removeprefix("q=s"))]
        assert some == sorted(some, key=order.index)


def test_each_question_is_asked_and_each_reason_told_once() -> None:
    told: list[list[int]] = []

    class Counting(Library):
        def _told(self, question, part):  # type: ignore[no-untyped-def]
            told.append(part.ids.tolist())
            return super()._told(question, part)

    library = Counting()
    library.answers = {"salt": [3, 2, 1]}
    found = run(library, 1, 1, 1)
    assert list(found.ask(["q=salt", "q=salt"])) == ["q=salt"]
    assert list(found.ask(["q=salt"])) == []
    assert library.asked == ["salt"]
    found.tell([("q=salt", 1), ("q=salt", 3)])
    found.tell([("q=salt", 1)])
    assert told == [[3, 1]]
    assert found.reason("q=salt", 1) == "Holds “salt”."
    assert found.reason("q=salt", 2) == ""


@pytest.mark.parametrize("trouble", [Invalid("No such thing.", field="q"), Unavailable("There is no index.")])
def test_a_question_that_cannot_be_asked_finds_nothing_and_is_told(trouble: BroadsheetError) -> None:
    library = Library()
    library.trouble = trouble
    found = run(library, 1)
    with capture_logs() as lines:
        assert list(found.ask(["q=salt", "sort=loudest"])) == ["q=salt", "sort=loudest"]
    assert [line["event"] for line in lines] == ["digests.search_not_asked"] * 2
    assert "salt" not in repr(lines)
    assert chosen(found, [saved("salt")], None, ()) == []


def test_what_came_in_is_read_from_the_catalogue(sqlite: Database, clock: FixedClock, desk: Newsroom) -> None:
    clock.move_to(NOON - LOOKBACK)
    desk.come_in(1)
    clock.move_to(NOON - HOUR)
    (late,) = desk.come_in(2)
    clock.move_to(NOON + HOUR)
    desk.come_in(3)
    seen: list[list[int]] = []

    class Watching(Library):
        def news(self, question, among):  # type: ignore[no-untyped-def]
            seen.append(among.tolist())
            return News.of(Ranking(among, np.ones(len(among)), np.ones(len(among))), among, lambda _: [])

    found = Follower(Watching(), Catalogue(sqlite, clock)).until(NOON)
    list(found.ask(["q=salt"]))
    assert seen == [[late]]
    assert chosen(found, [saved("salt")], None, ()) == [("q=salt", [late])]


def test_sections_show_papers_as_they_are_now(desk: Newsroom, sqlite: Database, clock: FixedClock) -> None:
    one, two = desk.come_in(1, 2)
    follower = Follower(desk.library, Catalogue(sqlite, clock))
    rows = [
        (two, "q=a", "Because.", "a"),
        (999, "q=a", "Gone.", "a"),
        (998, "q=b", "Gone.", "b"),
        (one, "q=c", "So.", "c"),
    ]
    sections = follower.sections(rows)
    assert [(section.title, section.page) for section in sections] == [("a", "/search?q=a"), ("c", "/search?q=c")]
    assert [place.paper.id for section in sections for place in section.places] == [two, one]
    assert [place.reason for section in sections for place in section.places] == ["Because.", "So."]
    assert follower.sections([]) == []
