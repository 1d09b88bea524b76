"""What is shown as the next mail is what is queued then."""

from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.digests.selection import Selection
from broadsheet.errors import Invalid
from broadsheet.search.question import Question
from tests.digests.newsroom import TODAY, Newsroom, body, titles

BOB = "bob@example.org"
SALT, MOSS = Question(text="salt"), Question(text="moss")


def shown(selection: Selection) -> list[int]:
    return [int(paper.title.rpartition(" ")[2]) for paper in selection.papers]


def test_the_next_mail_is_as_it_was_shown_and_then_there_is_none(room: Newsroom, clock: FixedClock) -> None:
    token = room.reader(BOB, days="daily", size=2).token
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
