import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from broadsheet.community.lists import BY_READER, LONGEST_NAME, LONGEST_NOTE, Lists
from broadsheet.database import changes
from broadsheet.database.schema import allowance
from broadsheet.errors import Conflict, Invalid, NotFound, SignInNeeded, TooMany
from broadsheet.papers import departing
from tests.community.conftest import SECRET, Town


@pytest.fixture
def lists(town: Town) -> Lists:
    return Lists(town.database, town.catalogue, town.clock, SECRET)


def _ids(lists: Lists, town: Town, key: str) -> list[int]:
    return [one.paper.id for one in lists.papers(lists.get(key, town.ada))]


def test_a_list_holds_papers_in_order_with_notes(town: Town, lists: Lists) -> None:
    one, two, three = town.papers
    made = lists.make(town.ada, "  To   read ", "for the train")
    assert (made.name, made.about, made.access, made.size) == ("To read", "for the train", "private", 0)
    assert lists.add(town.ada, made.key, one, "start here")
    assert lists.add(town.ada, made.key, two)
    assert lists.add(town.ada, made.key, three)
    assert not lists.add(town.ada, made.key, one, "again")
    assert _ids(lists, town, made.key) == [one, two, three]
    assert lists.papers(made)[0].note == "start here"
    lists.move(town.ada, made.key, three, 1)
    assert _ids(lists, town, made.key) == [three, one, two]
    lists.move(town.ada, made.key, three, 99)
    assert _ids(lists, town, made.key) == [one, two, three]
    lists.annotate(town.ada, made.key, one, "read")
    assert lists.papers(made)[0].note == "read"
    assert lists.remove(town.ada, made.key, two)
    assert not lists.remove(town.ada, made.key, two)
    assert _ids(lists, town, made.key) == [one, three]
    assert lists.get(made.key, town.ada).size == 2
    assert lists.holding(town.ada, one) == {made.id}
    assert lists.holding(town.bee, one) == set()


def test_who_may_see_a_list(town: Town, lists: Lists) -> None:
    made = lists.make(town.ada, "Tides")
    assert lists.get(made.key, town.ada).name == "Tides"
    for other in (town.bee, None):
        with pytest.raises(NotFound, match="private"):
            lists.get(made.key, other)
    shared = lists.change(town.ada, made.key, "Tides", "", "shared")
    assert shared.key == made.key
    assert lists.get(made.key, None).name == "Tides"
    assert lists.public_of(town.ada) == []
    lists.change(town.ada, made.key, "Tides", "", "public")
    assert [one.key for one in lists.public_of(town.ada)] == [made.key]


def test_a_link_that_was_handed_out_ends_with_the_sharing(town: Town, lists: Lists) -> None:
    made = lists.make(town.ada, "Tides", access="shared")
    again = lists.change(town.ada, made.key, "Tides", "", "private")
    assert again.key != made.key
    lists.change(town.ada, again.key, "Tides", "", "shared")
    with pytest.raises(NotFound):
        lists.get(made.key, None)


def test_nobody_changes_a_list_of_another(town: Town, lists: Lists) -> None:
    made = lists.make(town.ada, "Tides", access="public")
    lists.add(town.ada, made.key, town.papers[0])
    for deed in (
        lambda: lists.add(town.bee, made.key, town.papers[1]),
        lambda: lists.remove(town.bee, made.key, town.papers[0]),
        lambda: lists.annotate(town.bee, made.key, town.papers[0], "mine"),
        lambda: lists.move(town.bee, made.key, town.papers[0], 1),
        lambda: lists.change(town.bee, made.key, "Mine", "", "public"),
        lambda: lists.delete(town.bee, made.key),
    ):
        with pytest.raises(NotFound):
            deed()
    assert lists.get(made.key, None).size == 1


def test_what_cannot_be_used_is_told(town: Town, lists: Lists) -> None:
    for name, about, access, field in (
        (" ", "", "private", "name"),
        ("x" * (LONGEST_NAME + 1), "", "private", "name"),
        ("Tides", "x" * 1_001, "private", "about"),
        ("Tides", "", "secret", "access"),
    ):
        with pytest.raises(Invalid) as told:
            lists.make(town.ada, name, about, access)
        assert told.value.field == field
    made = lists.make(town.ada, "Tides\u202e\x00 up")
    assert made.name == "Tides up"
    with pytest.raises(Invalid):
        lists.add(town.ada, made.key, town.papers[0], "x" * (LONGEST_NOTE + 1))
    with pytest.raises(NotFound):
        lists.add(town.ada, made.key, 4711)
    for key in ("nothing", "", "x" * 5_000):
        with pytest.raises(NotFound):
            lists.get(key, town.ada)
    with pytest.raises(NotFound):
        lists.annotate(town.ada, made.key, town.papers[0], "not in it")
    with pytest.raises(NotFound):
        lists.move(town.ada, made.key, town.papers[0], 1)


def test_there_is_a_most_of_everything(town: Town, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.community.lists.MOST_PAPERS", 2)
    monkeypatch.setattr("broadsheet.community.lists.MOST_LISTS", 5)
    made = lists.make(town.ada, "Tides")
    lists.add(town.ada, made.key, town.papers[0])
    lists.add(town.ada, made.key, town.papers[1])
    with pytest.raises(Conflict, match="at most"):
        lists.add(town.ada, made.key, town.papers[2])
    for n in range(4):
        lists.make(town.ada, f"No. {n}")
    with pytest.raises(Conflict, match="the most"):
        lists.make(town.ada, "One more")
    lists.make(town.bee, "Bee has few")


def test_floods_are_stopped(town: Town, lists: Lists) -> None:
    made = lists.make(town.ada, "Tides")
    with town.database.write() as connection:  # as 598 more changes would
        connection.execute(update(allowance).values(used=BY_READER.most - 1))
    lists.remove(town.ada, made.key, town.papers[0])
    with pytest.raises(TooMany):
        lists.remove(town.ada, made.key, town.papers[0])
    town.clock.sleep(timedelta(hours=1).total_seconds())
    lists.add(town.ada, made.key, town.papers[0])


def test_papers_that_prove_to_be_one_stand_once(town: Town, lists: Lists) -> None:
    one, two, three = town.papers
    both, second = lists.make(town.ada, "Both"), lists.make(town.ada, "Second")
    for paper in (one, two, three):
        lists.add(town.ada, both.key, paper)
    lists.add(town.ada, second.key, two, "kept")
    with town.database.write() as connection:
        departing.depart(connection, two, one, changes.take(connection))
    assert _ids(lists, town, both.key) == [one, three]
    assert [(it.paper.id, it.note) for it in lists.papers(second)] == [(one, "kept")]
    lists.add(town.ada, second.key, two)  # an old page names the paper that was merged away
    assert _ids(lists, town, second.key) == [one]


def test_two_at_once_put_a_paper_in_once(town: Town, lists: Lists) -> None:
    made, start = lists.make(town.ada, "Tides"), threading.Barrier(4)
    told: list[bool] = []

    def add() -> None:
        start.wait()
        told.append(lists.add(town.ada, made.key, town.papers[0]))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False, False, False, True]
    assert lists.get(made.key, town.ada).size == 1


def test_lists_leave_with_their_reader_and_are_in_the_export(town: Town, lists: Lists) -> None:
    made = lists.make(town.ada, "Tides", "slow ones", "public")
    lists.add(town.ada, made.key, town.papers[0], "start here")
    lists.show_page(town.ada, votes=True)
    (told,) = lists.export(town.ada)
    assert (told["name"], told["about"], told["access"]) == ("Tides", "slow ones", "public")
    assert [(one["id"], one["note"]) for one in told["papers"]] == [("arxiv:2601.00001", "start here")]
    town.readers.delete(town.ada)
    assert lists.of(town.ada) == []
    assert lists.open_page(town.ada) is None
    with pytest.raises(NotFound):
        lists.get(made.key, None)
    with pytest.raises(SignInNeeded):
        lists.make(town.ada, "Too late")


def test_a_page_for_others_opens_and_closes(town: Town, lists: Lists) -> None:
    assert lists.open_page(town.ada) is None
    lists.show_page(town.ada, votes=False)
    lists.show_page(town.ada, votes=True)
    shown = lists.open_page(town.ada)
    assert shown
    assert shown.votes
    lists.hide_page(town.ada)
    assert lists.open_page(town.ada) is None
