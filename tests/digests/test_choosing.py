"""What is shown as the next mail is what is queued then."""

from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.digests.interests import author, category, topic
from broadsheet.digests.selection import Selection
from broadsheet.editions.edition import Place
from broadsheet.errors import Invalid, Unavailable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.merges import Merges
from broadsheet.search.question import Question
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import TODAY, Newsroom, body, titles

pytestmark = ON_SQLITE

BOB = "bob@example.org"
SALT, MOSS = Question(text="salt"), Question(text="moss")


def shown(selection: Selection) -> list[int]:
    return [int(paper.title.rpartition(" ")[2]) for paper in selection.papers]


def test_the_next_mail_is_as_it_was_shown_and_then_there_is_none(room: Newsroom, clock: FixedClock) -> None:
    token = room.reader(BOB, days="daily", size=2, beside=True).token
    room.subscriptions.searches.save(token, SALT)
    room.subscriptions.subscribe(BOB, search=MOSS)  # waits, so it finds nothing
    clock.sleep(60)
    found = room.come_in(31, 32)
    room.library.answers = {"salt": found, "moss": found}
    room.press.publish(TODAY, lead=1, new=[2, 3])
    clock.sleep(60)
    upcoming = room.digests.upcoming(token)
    assert [section.title for section in upcoming.sections] == ["Lead", "New", "salt"]
    assert [place.reason for place in upcoming.sections[-1].places] == ["Holds “salt”."] * 2
    assert room.states() == []
    assert room.tick() >= 1
    assert titles(room.tray.mails[-1]) == shown(upcoming) == [1, 2, 31, 32]
    assert shown(room.digests.upcoming(token)) == [3]  # had no room today
    assert "Holds “salt”." in body(room.tray.mails[-1])


def test_a_weekly_reader_is_shown_the_days_before_too(desk: Newsroom) -> None:
    token = desk.reader(BOB, days="weekly", size=5).token
    desk.press.publish(TODAY, lead=1)
    desk.press.publish(TODAY - timedelta(days=6), lead=2)
    desk.press.publish(TODAY - timedelta(days=7), lead=3)
    assert shown(desk.digests.upcoming(token)) == [1, 2]


def test_without_the_edition_searches_alone_are_shown(desk: Newsroom) -> None:
    token = desk.reader(BOB, edition=False).token
    desk.press.publish(TODAY, lead=1)
    assert shown(desk.digests.upcoming(token)) == []
    with pytest.raises(Invalid):
        desk.digests.upcoming("nonsense")


def sections(room: Newsroom, token: str) -> dict[str, list[int]]:
    found = room.digests.upcoming(token)
    return {one.title: [int(place.paper.title.rpartition(" ")[2]) for place in one.places] for one in found.sections}


def test_sections_come_in_the_readers_order_and_share_the_size(room: Newsroom, clock: FixedClock) -> None:
    order = "searches,trending,picks,new"
    token = room.reader(BOB, days="daily", size=6, sections=order).token
    room.subscriptions.searches.save(token, SALT)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31, 32, 33)}
    room.press.publish(TODAY, lead=1, trending=[2, 3, 4], new=[5, 6, 7])
    clock.sleep(60)
    assert sections(room, token) == {"salt": [31, 32], "Trending": [2, 3], "Lead": [1], "New": [5]}
    assert room.tick() == 1
    assert titles(room.tray.mails[0]) == [31, 32, 2, 3, 1, 5]
    assert sections(room, token) == {"salt": [33], "Trending": [4], "New": [6, 7]}


@ON_BOTH
def test_a_topic_an_author_and_a_category_come_with_their_reasons(room: Newsroom, clock: FixedClock) -> None:
    room.come_in(1, 2, 3)
    token = room.reader(BOB, days="daily", sections="authors,topics,categories").token
    examples = [f"arxiv:2601.{n:05d}" for n in (1, 2, 3)]
    room.subscriptions.searches.follow(token, topic("Tides", examples=examples))
    room.subscriptions.searches.follow(token, author("Goro Hale"))
    room.subscriptions.searches.follow(token, category("cs.CV"))
    clock.sleep(60)
    ids = dict(zip(range(31, 36), room.come_in(31, 32, 33, 34, 35), strict=True))  # 34 is Goro Hale's, 31 his too
    assert room.library.asked == []
    known = [ids[n] for n in (32, 34)]
    room.library.answers = {"like [1, 2, 3]": [ids[33]], "": known}
    room.press.publish(TODAY, lead=9)
    clock.sleep(60)
    upcoming = room.digests.upcoming(token)
    assert [(one.kicker, one.title) for one in upcoming.sections] == [
        ("", "Authors you follow"),
        ("Your topic", "Tides"),
        ("", "New in your categories"),
    ]
    told = {shown_number(place): place.reason for one in upcoming.sections for place in one.places}
    assert told == {
        34: "By Goro Hale, whom you follow.",
        31: "By Goro Hale, whom you follow.",
        33: "Holds “like [1, 2, 3]”.",
        32: "New in cs.CV.",
    }
    assert room.tick() == 1
    text = body(room.tray.mails[0])
    assert "Your topic: Tides" in text
    assert "AUTHORS YOU FOLLOW" in text
    assert "By Goro Hale, whom you follow." in text
    assert sorted(titles(room.tray.mails[0])) == [31, 32, 33, 34]


def shown_number(place: Place) -> int:
    return int(place.paper.title.rpartition(" ")[2])


def test_what_is_muted_does_not_come_and_the_next_moves_up(room: Newsroom, clock: FixedClock) -> None:
    token = room.reader(BOB, days="daily", size=3).token
    room.subscriptions.searches.save(token, SALT)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31, 32, 33)}
    room.press.publish(TODAY, lead=1, trending=[2, 3, 4])
    mutes = room.subscriptions.mutes
    assert mutes.add(token, "paper", ["arxiv:2601.00001"]) == 1
    assert mutes.add(token, "word", ["Salt Maps", "part 3", "salt maps"]) == 2  # of 33 and of 3
    assert mutes.add(token, "author", ["Freya Lind"]) == 1  # of 2
    clock.sleep(60)
    before = shown(room.digests.upcoming(token))
    assert sorted(before) == [4, 31, 32]
    assert room.tick() == 1
    assert titles(room.tray.mails[0]) == before
    assert mutes.of(token)[0] == 4
    mutes.remove(token, "paper", "arxiv:2601.00001")
    assert 1 in shown(room.digests.upcoming(token))


def test_a_paper_that_proves_to_be_one_that_came_is_not_mailed_again(room: Newsroom, clock: FixedClock) -> None:
    token = room.reader(BOB, days="daily").token
    room.press.publish(TODAY, trending=[2])
    assert room.tick() == 1
    room.subscriptions.searches.save(token, SALT)
    clock.sleep(60)
    (other,) = room.come_in(31)
    room.library.answers = {"salt": [other]}
    assert shown(room.digests.upcoming(token)) == [31]
    catalogue = Catalogue(room.database, clock)
    Merges(room.database, clock).join(catalogue.get("arxiv:2601.00002").id, other)
    kept = catalogue.get("arxiv:2601.00031").id
    room.library.answers = {"salt": [kept]}
    assert shown(room.digests.upcoming(token)) == []


@ON_BOTH
def test_a_quiet_day_is_told_to_those_who_want_to_know(room: Newsroom, clock: FixedClock) -> None:
    room.reader(BOB, days="daily", even_empty=True)
    room.reader("ada@example.org", days="daily")
    room.press.publish(TODAY, notice="Nothing new today. arXiv announces nothing on Sunday.")
    assert room.digests.queue_due() == 1
    assert room.digests.send_due().accepted == 1
    (mail,) = room.tray.mails
    assert mail["To"] == BOB
    assert mail["Subject"] == "The Tide: nothing new"
    for kind in ("plain", "html"):
        assert "Nothing new today. arXiv announces nothing on Sunday." in " ".join(body(mail, kind).split())
    assert room.states() == ["accepted", "empty"]


def test_a_mail_without_papers_says_that_there_was_nothing_for_this_reader(room: Newsroom, clock: FixedClock) -> None:
    token = room.reader(BOB, days="daily", even_empty="on").token
    room.press.publish(TODAY, lead=1, new=[1])
    assert room.tick() == 1
    clock.sleep(86_400)
    room.press.publish(TODAY + timedelta(days=1), lead=1, new=[1])
    assert room.digests.upcoming(token).empty.startswith("One paper came in")
    assert room.tick() == 1
    assert "One paper came in, and nothing of it is both among" in " ".join(body(room.tray.mails[-1]).split())


def test_the_mail_that_is_shown_is_the_mail_that_comes(room: Newsroom, clock: FixedClock) -> None:
    token = room.reader(BOB, days="daily", locale="de", sections="new,searches,picks").token
    room.subscriptions.searches.save(token, SALT)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31)}
    room.press.publish(TODAY, lead=1, new=[2])
    clock.sleep(60)
    selection, shown_before = room.digests.rehearsed(token)
    assert room.tick() == 1
    (mail,) = room.tray.mails
    assert [one.title for one in selection.sections] == ["New", "salt", "Lead"]
    assert mail["Subject"] == shown_before.subject
    assert body(mail).strip() == shown_before.text.strip()
    assert body(mail, "html").strip() == shown_before.html.strip()
    assert "Donnerstag, 15. Januar 2026" in body(mail)
    assert '<span lang="de">Donnerstag, 15. Januar 2026</span>' in body(mail, "html")


def test_nobody_is_told_that_nothing_is_new_while_the_search_is_silent(room: Newsroom, clock: FixedClock) -> None:
    token = room.reader(BOB, days="daily", even_empty=True, sections="searches").token
    room.subscriptions.searches.save(token, SALT)
    clock.sleep(60)
    found = room.come_in(31)
    room.library.answers = {"salt": found}
    room.library.trouble = Unavailable("The index is made again.")
    room.press.publish(TODAY, lead=1)
    assert room.tick() == 0
    room.library.trouble = None
    clock.sleep(86_400)
    room.press.publish(TODAY + timedelta(days=1), lead=2)
    assert room.tick() == 1
    assert titles(room.tray.mails[-1]) == [31]
