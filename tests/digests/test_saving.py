from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.digests.interests import author, category, topic
from broadsheet.digests.saved import MOST, MOST_SEARCHES
from broadsheet.digests.saving import MOST_WAITING
from broadsheet.digests.subscriptions import ONE_LETTER_IN
from broadsheet.errors import Conflict, Invalid, NotFound
from broadsheet.mail import addresses
from broadsheet.mail.suppression import Suppressions
from broadsheet.search.question import Question
from tests.digests.newsroom import SECRET, Newsroom, body, token

BOB = "bob@example.org"
CONFIRM, MANAGE = "/subscription/confirm", "/subscription"
SALT, MOSS = Question(text="salt maps"), Question(text="moss", cat=("cs.CV",))


def saved(room: Newsroom, link: str) -> list[tuple[str, bool]]:
    return [(one.title, one.waits) for one in room.subscriptions.searches.of(link)]


def asked_for(room: Newsroom, address: str, *searches: Question) -> str:
    """Ask for searches, and return the token of the letter that came."""
    for search in searches:
        room.subscriptions.subscribe(address, edition=False, search=search)
    room.subscriptions.send_waiting()
    return token(room.tray.mails[-1], CONFIRM)


def test_a_new_address_confirms_its_search_with_the_subscription(room: Newsroom) -> None:
    link = asked_for(room, BOB, SALT)
    assert saved(room, link) == [("salt maps", True)]
    assert "salt" not in body(room.tray.mails[0])  # a stranger's words go to nobody
    confirmed = room.subscriptions.confirm(link)
    assert saved(room, confirmed.token) == [("salt maps", False)]
    assert "up to 10 papers of what you follow alone" in confirmed.choices.sentence
    assert not confirmed.choices.edition


def test_only_what_was_shown_is_confirmed(room: Newsroom) -> None:
    link = asked_for(room, BOB, SALT)
    shown = [one.id for one in room.subscriptions.searches.of(link)]
    room.subscriptions.subscribe(BOB, search=MOSS)
    confirmed = room.subscriptions.confirm(link, shown)
    assert saved(room, confirmed.token) == [("salt maps", False)]


def test_a_search_adds_to_what_was_asked_before_it_was_confirmed(room: Newsroom) -> None:
    room.subscriptions.subscribe(BOB, hour=20, size=5)
    link = asked_for(room, BOB, SALT)
    confirmed = room.subscriptions.confirm(link)
    assert (confirmed.choices.hour, confirmed.size, confirmed.choices.edition) == (20, 5, True)
    assert saved(room, confirmed.token) == [("salt maps", False)]


def test_a_stranger_adds_nothing_to_anothers_mails(room: Newsroom, clock: FixedClock) -> None:
    reader = room.reader(BOB, size=5)
    clock.sleep(ONE_LETTER_IN.total_seconds())
    room.subscriptions.subscribe(BOB, size=30, edition=False, search=SALT)
    room.subscriptions.send_waiting()
    (letter,) = room.tray.mails
    assert letter["Subject"] == "A search for your mails from The Tide"
    assert "salt" not in body(letter) + body(letter, "html")
    assert token(letter, MANAGE) == reader.token
    assert saved(room, reader.token) == [("salt maps", True)]
    assert room.subscriptions.by_token(reader.token).choices == reader.choices


def test_the_owner_keeps_one_and_drops_another(room: Newsroom) -> None:
    reader = room.reader(BOB)
    for search in (SALT, MOSS, SALT):
        room.subscriptions.subscribe(BOB, search=search)
    searches = room.subscriptions.searches
    salt, moss = (one.id for one in searches.of(reader.token))
    searches.keep(reader.token, salt)
    searches.keep(reader.token, salt)
    searches.drop(reader.token, moss)
    searches.drop(reader.token, moss)
    assert saved(room, reader.token) == [("salt maps", False)]
    with pytest.raises(NotFound, match="not there any more"):
        searches.keep(reader.token, moss)
    room.subscriptions.subscribe(BOB, search=SALT)  # what is kept already does not wait anew
    assert saved(room, reader.token) == [("salt maps", False)]


def test_the_owner_saves_at_once(room: Newsroom) -> None:
    reader = room.reader(BOB)
    room.subscriptions.subscribe(BOB, search=SALT)
    for search in (SALT, MOSS, MOSS):
        room.subscriptions.searches.save(reader.token, search)
    assert saved(room, reader.token) == [("salt maps", False), ("moss · cs.CV", False)]
    with pytest.raises(Invalid, match="names one paper"):
        room.subscriptions.searches.save(reader.token, Question(text="2601.00003"))


def test_a_twenty_first_search_is_refused(desk: Newsroom) -> None:
    reader, searches = desk.reader(BOB), desk.subscriptions.searches
    for n in range(MOST_SEARCHES):
        searches.save(reader.token, Question(text=f"salt {n}"))
    with pytest.raises(Conflict, match="holds 20 searches"):
        searches.save(reader.token, MOSS)
    desk.subscriptions.subscribe(BOB, search=MOSS)
    waiting = searches.of(reader.token)[-1].id
    with pytest.raises(Conflict, match="Remove one first"):
        searches.keep(reader.token, waiting)
    searches.drop(reader.token, searches.of(reader.token)[0].id)
    searches.keep(reader.token, waiting)


def test_strangers_fill_no_room(desk: Newsroom) -> None:
    reader = desk.reader(BOB)
    for n in range(30):
        desk.subscriptions.subscribe(BOB, search=Question(text=f"salt {n}"))
    waiting = saved(desk, reader.token)
    assert waiting == [(f"salt {n}", True) for n in range(30 - MOST_WAITING, 30)]


def test_nobody_elses_search_can_be_touched(desk: Newsroom) -> None:
    bob, eve = desk.reader(BOB), desk.reader("eve@example.org")
    desk.subscriptions.searches.save(bob.token, SALT)
    (own,) = desk.subscriptions.searches.of(bob.token)
    desk.subscriptions.searches.drop(eve.token, own.id)
    with pytest.raises(NotFound):
        desk.subscriptions.searches.keep(eve.token, own.id)
    assert saved(desk, bob.token) == [("salt maps", False)]


def test_links_that_must_not_save_do_not(desk: Newsroom, clock: FixedClock) -> None:
    link = asked_for(desk, BOB, SALT)
    searches = desk.subscriptions.searches
    for bad in (link, "nonsense", desk.subscriptions.by_token(link).token):  # the last one is not confirmed yet
        with pytest.raises(Invalid) as error:
            searches.save(bad, MOSS)
        assert error.value.field == "token"
    clock.sleep(timedelta(days=8).total_seconds())
    with pytest.raises(Invalid, match="7 days"):
        searches.of(link)


def test_who_leaves_is_forgotten_with_all_searches(room: Newsroom) -> None:
    reader = room.reader(BOB)
    room.subscriptions.searches.save(reader.token, SALT)
    room.subscriptions.end(reader.token)
    assert saved(room, reader.token) == []
    with pytest.raises(Invalid, match="has ended"):
        room.subscriptions.searches.save(reader.token, SALT)


def test_a_suppressed_address_keeps_nothing(desk: Newsroom, clock: FixedClock) -> None:
    Suppressions(desk.database, clock).add(addresses.read(BOB, SECRET).key, "complained")
    desk.subscriptions.subscribe(BOB, search=SALT)
    assert desk.subscriptions.counts()["pending"] == 0


def test_a_bad_question_writes_nothing(desk: Newsroom) -> None:
    with pytest.raises(Invalid):
        desk.subscriptions.subscribe(BOB, search=Question(text="--"))
    assert desk.subscriptions.counts()["pending"] == 0


def test_edition_is_a_choice_like_the_others(room: Newsroom) -> None:
    reader = room.reader(BOB)
    assert room.subscriptions.change(reader.token, edition="off").choices.edition is False
    assert room.subscriptions.change(reader.token, hour=9).choices.edition is False
    assert room.subscriptions.change(reader.token, edition=True).choices.edition is True
    with pytest.raises(Invalid, match="say on") as error:
        room.subscriptions.change(reader.token, edition="maybe")
    assert error.value.field == "edition"


def test_following_switches_its_section_on_and_has_its_own_limit(desk: Newsroom) -> None:
    desk.come_in(1, 2, 3)
    token = desk.reader(BOB, sections="picks,searches").token
    kept = desk.subscriptions.searches
    for n in range(MOST["topics"]):
        kept.follow(token, topic("", f"salt {n}"))
    kept.follow(token, topic("", "salt 0"))  # followed already
    with pytest.raises(Conflict, match="20 topics"):
        kept.follow(token, topic("", "one more"))
    kept.save(token, SALT)
    assert desk.subscriptions.by_token(token).sections == ("picks", "searches", "topics")
    for what, error in (
        (topic("", examples=["2601.00001", "2601.00002", "2601.99999"]), NotFound),
        (topic("", examples=["2601.00001", "2601.00002", "https://arxiv.org/abs/2601.00001v3"]), Invalid),
        (category("cs.XX"), NotFound),
        (author("Ada Quill", "cs.XX"), NotFound),
    ):
        with pytest.raises(error):
            kept.follow(token, what)
