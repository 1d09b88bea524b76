import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock
from broadsheet.database.schema import delivery, delivery_paper, mute, saved_search, subscription
from broadsheet.digests.interests import author
from broadsheet.errors import Invalid
from broadsheet.search.question import Question
from tests.digests.newsroom import SECRET, TODAY, Newsroom, titles

ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def readers(room: Newsroom) -> Readers:
    return Readers(room.database, room.clock, SECRET)


def test_an_account_sees_the_subscription_of_its_address_and_those_it_took_in(room: Newsroom, readers: Readers) -> None:
    owning = room.subscriptions.owning
    ada = readers.add(ADA)
    assert owning.of(ada.id) == []
    bob, own = room.reader(BOB), room.reader(ADA.upper().replace("EXAMPLE", "example"))
    assert [one.id for one in owning.of(ada.id)] == [own.id]
    owning.claim(bob.token, ada.id)
    assert [one.address for one in owning.of(ada.id)] == [own.address, BOB]
    other = readers.add(BOB)
    assert [one.address for one in owning.of(other.id)] == [BOB]  # its own address is proved by its sign-in
    owning.release(bob.token, ada.id)
    assert [one.id for one in owning.of(ada.id)] == [own.id]
    with pytest.raises(Invalid):
        owning.claim("nonsense", ada.id)
    room.subscriptions.end(bob.token)
    with pytest.raises(Invalid):
        owning.claim(bob.token, ada.id)


def test_an_account_ends_all_of_its_own_and_no_other(room: Newsroom, readers: Readers) -> None:
    ada = readers.add(ADA)
    bob, own, carl = room.reader(BOB), room.reader(ADA), room.reader("carl@example.org")
    room.subscriptions.owning.claim(bob.token, ada.id)
    assert room.subscriptions.owning.end_all(ada.id) == 2
    assert [room.subscriptions.by_token(one.token).state for one in (bob, own, carl)] == ["ended", "ended", "confirmed"]
    assert room.subscriptions.owning.end_all(ada.id) == 0
    readers.delete(ada.id)
    assert room.subscriptions.by_token(carl.token).state == "confirmed"


def test_all_that_is_kept_is_told(room: Newsroom, readers: Readers, clock: FixedClock) -> None:
    reader = room.reader(BOB, days="daily", size=5)
    room.subscriptions.searches.save(reader.token, Question(text="salt"))
    room.subscriptions.searches.follow(reader.token, author("Ada Quill"))
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31)}
    room.press.publish(TODAY, lead=1)
    clock.sleep(60)
    assert room.tick() == 1
    room.subscriptions.mutes.add(reader.token, "word", ["moss"])
    room.subscriptions.mutes.add(reader.token, "paper", ["2601.00001"])
    told = room.subscriptions.owning.export(reader.token)
    assert json.loads(json.dumps(told))["address"] == BOB
    assert told["choices"]["size"] == 5
    assert [one["title"] for one in told["follows"]] == ["salt", "Ada Quill"]
    assert told["mutes"] == [{"kind": "word", "value": "moss"}, {"kind": "paper", "value": "arxiv:2601.00001"}]
    mail = told["mails"][-1]
    assert (mail["kind"], mail["state"]) == ("digest", "accepted")
    assert mail["papers"] == [
        {"paper": "arxiv:2601.00001", "found_by": None},
        {"paper": "arxiv:2601.00031", "found_by": "q=salt"},
    ]
    ada = readers.add(BOB)
    assert room.subscriptions.owning.export_of(ada.id) == [told]


def test_a_subscription_is_deleted_with_all_that_hangs_on_it(room: Newsroom, clock: FixedClock) -> None:
    reader = room.reader(BOB, days="daily")
    room.subscriptions.searches.save(reader.token, Question(text="salt"))
    room.subscriptions.mutes.add(reader.token, "word", ["zeppelin"])
    room.press.publish(TODAY, lead=1)
    assert room.tick() == 1
    room.subscriptions.end(reader.token)
    room.subscriptions.owning.erase(reader.token)
    with room.database.read() as connection:
        for table in (subscription, saved_search, mute, delivery, delivery_paper):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
    with pytest.raises(Invalid):
        room.subscriptions.by_token(reader.token)
    clock.sleep(timedelta(days=1).total_seconds())
    room.reader(BOB, days="daily")
    room.press.publish(TODAY + timedelta(days=1), lead=1)
    assert room.tick() == 1
    assert titles(room.tray.mails[-1]) == [1]
