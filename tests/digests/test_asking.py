from dataclasses import replace
from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.digests.asking import Asking
from broadsheet.digests.interests import Author, Category, Topic
from broadsheet.errors import Invalid
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.question import Question
from tests.digests.newsroom import Newsroom
from tests.invented import record

DAY = timedelta(days=1)


def asking(room: Newsroom) -> Asking:
    now = room.clock.now()
    return Asking(room.library, Catalogue(room.database, room.clock), now - DAY, now)


def came_in(room: Newsroom, *bylines: tuple[str, ...]) -> list[int]:
    """Take papers in with these authors, a minute apart, and return their ids."""
    catalogue, ids = Catalogue(room.database, room.clock), []
    for n, authors in enumerate(bylines, 1):
        room.clock.sleep(60)
        ids += catalogue.add([replace(record(n), authors=authors)]).paper_ids
    return ids


def test_authors_are_found_sure_ones_first_and_the_newest_of_them(room: Newsroom, clock: FixedClock) -> None:
    first, maybe, other, last = came_in(
        room, ("Ada M. Quill",), ("Bruno Marsh", "A. Quill"), ("Anna Quill",), ("Quill, Ada",)
    )
    found = asking(room).ask(Author("Ada Quill").encoded())
    assert found is not None
    assert found.ids == [last, first, maybe]
    assert found.reasons([first, maybe]) == {
        first: "By Ada M. Quill, whom you follow.",
        maybe: "By A. Quill, who may be Ada Quill, whom you follow: the initial agrees.",
    }
    assert other not in found.ids
    assert room.library.asked == []


def test_a_category_narrows_an_author_down(room: Newsroom) -> None:
    one, two = came_in(room, ("Ada Quill",), ("Ada Quill",))
    room.library.answers = {"": [two]}
    found = asking(room).ask(Author("Ada Quill", "cs.CV").encoded())
    assert found is not None
    assert (found.ids, one in found.ids) == ([two], False)


def test_only_what_came_in_meanwhile_counts(room: Newsroom, clock: FixedClock) -> None:
    came_in(room, ("Ada Quill",))
    clock.sleep(2 * DAY.total_seconds())
    (new,) = Catalogue(room.database, clock).add([replace(record(9), authors=("Ada Quill",))]).paper_ids
    clock.sleep(60)
    found = asking(room).ask(Author("Ada Quill").encoded())
    assert found is not None
    assert found.ids == [new]


def test_where_nothing_came_in_nobody_is_asked(room: Newsroom) -> None:
    for what in (Topic("t", "salt"), Author("Ada Quill"), Category("cs.IR"), Question(text="salt")):
        assert asking(room).ask(what.encoded()) is None
    assert room.library.asked == []


def test_topics_and_categories_ask_the_search(room: Newsroom) -> None:
    ids = came_in(room, ("Ada Quill",), ("Ada Quill",))
    room.library.answers = {"salt": [ids[1]], "": [ids[0]], f"like {ids}": [ids[0]]}
    topic = asking(room).ask(Topic("Tides", "salt").encoded())
    examples = asking(room).ask(Topic("Like", "", ("arxiv:2601.00001", "gone:x", "arxiv:2601.00002")).encoded())
    category = asking(room).ask(Category("cs.IR").encoded())
    assert topic is not None
    assert examples is not None
    assert category is not None
    assert (topic.ids, examples.ids, category.ids) == ([ids[1]], [ids[0]], [ids[0]])
    assert category.reasons(category.ids) == {ids[0]: "New in cs.IR."}


def test_what_no_version_wrote_is_refused(room: Newsroom) -> None:
    came_in(room, ("Ada Quill",))
    with pytest.raises(Invalid):
        asking(room).ask("sort=loudest")
