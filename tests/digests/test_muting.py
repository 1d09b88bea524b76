import pytest

from broadsheet.clock import FixedClock
from broadsheet.digests.mutes import MOST_MUTES, Mute
from broadsheet.errors import Conflict, Invalid, NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.merges import Merges
from tests.digests.newsroom import Newsroom

BOB = "bob@example.org"


def test_mutes_are_kept_once_and_taken_back(room: Newsroom) -> None:
    room.come_in(1)
    token, mutes = room.reader(BOB).token, room.subscriptions.mutes
    assert mutes.add(token, "word", ["Salt Maps", "salt maps", " ", "moss"]) == 2
    assert mutes.add(token, "word", ["moss", "tide"]) == 1
    assert mutes.add(token, "author", ["Ada Quill"]) == 1
    assert mutes.add(token, "paper", ["https://arxiv.org/abs/2601.00001v2"]) == 1
    assert mutes.of(token) == (
        5,
        [
            Mute("author", "Ada Quill"),
            Mute("paper", "arxiv:2601.00001"),
            Mute("word", "moss"),
            Mute("word", "salt maps"),
            Mute("word", "tide"),
        ],
    )
    assert mutes.of(token, 2)[1] == mutes.of(token)[1][:2]
    for kind, value in (("word", "MOSS"), ("word", "moss"), ("paper", "2601.00001"), ("author", "Ada Quill")):
        mutes.remove(token, kind, value)
    assert mutes.of(token)[0] == 2
    other = room.reader("ada@example.org").token
    assert mutes.of(other) == (0, [])


def test_either_all_of_it_is_muted_or_nothing(room: Newsroom) -> None:
    token, mutes = room.reader(BOB).token, room.subscriptions.mutes
    for kind, values, error in (
        ("word", ["moss", "the"], Invalid),
        ("paper", ["2601.99999"], NotFound),
        ("author", ["Ada Quill", "Quill"], Invalid),
        ("word", [], Invalid),
        ("smell", ["moss"], Invalid),
    ):
        with pytest.raises(error):
            mutes.add(token, kind, values)
    assert mutes.of(token)[0] == 0


def test_there_is_room_for_ten_thousand(room: Newsroom) -> None:
    token, mutes = room.reader(BOB).token, room.subscriptions.mutes
    assert mutes.add(token, "word", [f"word{n}" for n in range(MOST_MUTES)]) == MOST_MUTES
    with pytest.raises(Conflict, match="10,000 mutes; with these it would have 10,001"):
        mutes.add(token, "author", ["Ada Quill"])
    assert mutes.of(token, 0)[0] == MOST_MUTES
    room.subscriptions.end(token)
    assert mutes.of(token)[0] == 0
    with pytest.raises(Invalid):
        mutes.add(token, "word", ["moss"])


def test_a_muted_paper_that_proves_to_be_another_stays_muted(room: Newsroom, clock: FixedClock) -> None:
    one, two = room.come_in(1, 2)
    token, mutes = room.reader(BOB).token, room.subscriptions.mutes
    mutes.add(token, "paper", ["2601.00002"])
    Merges(room.database, clock).join(one, two)
    kept = Catalogue(room.database, clock).get("2601.00002").id
    assert mutes.of(token)[0] == 1
    assert Catalogue(room.database, clock).get(mutes.of(token)[1][0].value).id == kept
