"""Digests with saved searches, from the question to the mail."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from broadsheet.clock import FixedClock
from broadsheet.database.schema import delivery_paper, saved_search, search_find
from broadsheet.digests import queueing, store
from broadsheet.digests.digests import FINDS_KEPT
from broadsheet.digests.queueing import BATCH
from broadsheet.errors import Unavailable
from broadsheet.mail.transport import Refused
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.search.question import Question
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import TODAY, Newsroom, body, titles
from tests.invented import record

pytestmark = ON_SQLITE

BOB, ADA = "bob@example.org", "ada@example.org"
SALT, MOSS = Question(text="salt"), Question(text="moss")
HOUR = 3_600


def follower(room: Newsroom, address: str, *searches: Question, **choices: object) -> str:
    """Subscribe and save searches; return the token."""
    link = room.reader(address, **{"days": "daily", **choices}).token
    for search in searches:
        room.subscriptions.searches.save(link, search)
    return link


def heads(text: str) -> list[str]:
    lines = text.splitlines()
    return [lines[n - 1] for n, line in enumerate(lines) if line.startswith("===")]


def test_new_papers_of_a_search_come_under_its_title_with_their_reason_and_once(
    room: Newsroom, clock: FixedClock
) -> None:
    room.come_in(30)  # before it was saved
    clock.sleep(60)
    follower(room, BOB, SALT, MOSS, size=2, beside=True)
    clock.sleep(60)
    found = room.come_in(31, 32, 33)
    room.library.answers = {"salt": [1, *found[:2]], "moss": found}
    room.press.publish(TODAY, lead=1, new=[2, 3])
    clock.sleep(60)
    assert room.tick() == 1
    (mail,) = room.tray.mails
    assert titles(mail) == [1, 2, 31, 32, 33]
    assert heads(body(mail)) == ["LEAD", "NEW", "Your search: salt", "Your search: moss"]
    assert "Holds “salt”." in body(mail)
    assert "https://tide.example.org/search?q=moss" in body(mail)
    for said in ("Your search", "Holds “moss”.", "/search?q=moss"):
        assert said in body(mail, "html")
    assert room.tick() == 0

    clock.sleep(86_400)
    (new,) = room.come_in(34)
    room.library.answers["salt"] = [*found, new]
    room.press.publish(TODAY + timedelta(days=1), lead=1, new=[2, 3])
    clock.sleep(60)
    assert room.tick() == 1
    assert titles(room.tray.mails[1]) == [3, 34]  # 3 had no room yesterday


def test_a_digest_goes_out_for_a_search_alone_and_none_for_nothing(room: Newsroom, clock: FixedClock) -> None:
    follower(room, BOB, SALT, edition=False)
    follower(room, ADA, MOSS, edition=False)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31)}
    room.press.publish(TODAY, lead=1)
    clock.sleep(60)
    assert room.tick() == 1
    (mail,) = room.tray.mails
    assert titles(mail) == [31]
    assert "No. 1" not in body(mail) + body(mail, "html")
    assert "up to 10 papers of what you follow alone" in " ".join(body(mail).split())
    assert room.states() == ["accepted", "empty"]


def test_a_waiting_search_is_not_asked(room: Newsroom, clock: FixedClock) -> None:
    follower(room, BOB)
    room.subscriptions.subscribe(BOB, search=SALT)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31)}
    room.press.publish(TODAY, lead=1)
    assert room.tick() >= 1
    assert room.library.asked == []
    assert titles(room.tray.mails[-1]) == [1]


@ON_BOTH
def test_what_a_search_found_is_dropped_with_it_while_it_waits_to_be_sent(room: Newsroom, clock: FixedClock) -> None:
    link = follower(room, BOB, SALT, MOSS, size=1, beside=True)
    alone = follower(room, ADA, SALT, edition=False)
    clock.sleep(60)
    one, two = room.come_in(31, 32)
    room.library.answers = {"salt": [one], "moss": [two]}
    room.press.publish(TODAY, lead=1)
    assert room.digests.queue_due() == 2
    for token in (link, alone):
        room.subscriptions.searches.drop(token, room.subscriptions.searches.of(token)[0].id)
    report = room.digests.send_due()
    assert (report.accepted, report.empty) == (1, 1)
    assert titles(room.tray.mails[0]) == [1, 32]


def test_a_bounced_digest_leaves_its_finds_for_the_next(room: Newsroom, clock: FixedClock) -> None:
    follower(room, BOB, SALT, edition=False)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31)}
    room.press.publish(TODAY, lead=1)

    def refuse(_recipient: str) -> None:
        raise Refused("552 too much.", permanent=True)

    room.tray.trouble = refuse
    assert room.tick() == 0
    room.tray.trouble = lambda _recipient: None
    clock.sleep(86_400)
    room.press.publish(TODAY + timedelta(days=1), lead=2)
    assert room.tick() == 1
    assert titles(room.tray.mails[0]) == [31]


@ON_BOTH
def test_a_weekly_reader_gets_the_weeks_finds(room: Newsroom, clock: FixedClock) -> None:
    clock.move_to(datetime(2026, 1, 12, 12, tzinfo=UTC))
    follower(room, BOB, SALT, days="weekly", edition=False)
    found = []
    for n in range(3):
        clock.sleep(2 * 86_400)
        found += room.come_in(31 + n)
    room.library.answers = {"salt": found}
    clock.move_to(datetime(2026, 1, 19, 12, tzinfo=UTC))
    room.press.publish(date(2026, 1, 19), lead=1)
    assert room.tick() == 1
    assert titles(room.tray.mails[0]) == [31, 32, 33]


def test_a_paper_that_proved_to_be_a_mailed_one_does_not_come_again(room: Newsroom, clock: FixedClock) -> None:
    follower(room, BOB, SALT, edition=False)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31)}
    room.press.publish(TODAY, lead=1)
    assert room.tick() == 1
    clock.sleep(86_400)
    doi = Identifier("doi", "10.5555/tide.31")
    Catalogue(room.database, clock).add([record(31, source="hf", key="x", identifiers=(*record(31).identifiers, doi))])
    room.press.publish(TODAY + timedelta(days=1), lead=1)
    assert room.tick() == 0


def test_distinct_questions_are_asked_once_and_equal_mails_laid_out_once(
    desk: Newsroom, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from broadsheet.digests import composing

    laid_out = []
    real = composing.lay_out
    monkeypatch.setattr(composing, "lay_out", lambda *given: laid_out.append(given) or real(*given))
    for n in range(6):
        follower(desk, f"reader{n}@example.org", SALT, *([MOSS] if n % 2 else []), hour=n % 3)
    clock.sleep(60)
    one, two = desk.come_in(31, 32)
    desk.library.answers = {"salt": [one], "moss": [two]}
    desk.press.publish(TODAY, lead=1)
    assert desk.tick() == 6
    assert sorted(desk.library.asked) == ["moss", "salt"]
    assert len(laid_out) == 2
    with desk.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(search_find)).scalar_one() == 2
    desk.digests.queue_due()
    assert len(desk.library.asked) == 2  # nobody waits, so nothing is asked


def test_without_an_index_the_edition_comes_all_the_same(desk: Newsroom, clock: FixedClock) -> None:
    follower(desk, BOB, SALT)
    clock.sleep(60)
    desk.library.answers = {"salt": desk.come_in(31)}
    desk.library.trouble = Unavailable("There is no index.")
    desk.press.publish(TODAY, lead=1)
    assert desk.tick() == 1
    assert titles(desk.tray.mails[0]) == [1]
    desk.library.trouble = None
    clock.sleep(86_400)
    desk.press.publish(TODAY + timedelta(days=1), lead=2)
    clock.move_to(datetime(2026, 1, 16, 12, tzinfo=UTC))
    assert desk.tick() == 1
    assert titles(desk.tray.mails[1]) == [2, 31]  # a day before the last digest is looked at, too


def test_many_followers_are_queued_in_batches(desk: Newsroom, clock: FixedClock) -> None:
    from sqlalchemy import insert

    from broadsheet.database.schema import subscription

    now = clock.now()
    row = {"state": "confirmed", "size": 2, "hour": 7, "timezone": "UTC", "days": "daily", "token_key": "k"}
    row |= {"created_at": now, "asked_at": now, "sections": "searches"}
    many = BATCH + 3
    with desk.database.write() as connection:
        made = [{**row, "id": n, "address": f"r{n}@example.org", "address_key": str(n)} for n in range(1, many + 1)]
        connection.execute(insert(subscription), made)
        asked = {"question": "q=salt", "title": "salt", "created_at": now, "confirmed_at": now}
        connection.execute(insert(saved_search), [asked | {"subscription_id": n} for n in range(1, many + 1)])
    clock.sleep(60)
    desk.library.answers = {"salt": desk.come_in(31, 32)}
    desk.press.publish(TODAY, lead=1)
    assert desk.digests.queue_due() == many
    assert desk.library.asked == ["salt"]
    with desk.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(search_find)).scalar_one() == 2
        assert connection.execute(select(func.count()).select_from(delivery_paper)).scalar_one() == 2 * many


@ON_BOTH
def test_a_run_that_breaks_off_leaves_whole_batches_and_the_next_goes_on(
    room: Newsroom, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "BATCH", 2)
    for n in range(5):
        follower(room, f"reader{n}@example.org", SALT, edition=False)
    clock.sleep(60)
    room.library.answers = {"salt": room.come_in(31)}
    room.press.publish(TODAY, lead=1)
    real, batches = store.add_deliveries, count()

    def broken(*given: Any) -> None:
        real(*given)
        if next(batches) == 1:
            raise RuntimeError("the plug was pulled")

    monkeypatch.setattr(store, "add_deliveries", broken)
    with pytest.raises(RuntimeError, match="plug"):
        room.digests.queue_due()
    assert room.states() == ["queued"] * 2
    assert room.digests.queue_due() == 3
    assert room.digests.send_due().accepted == 5
    assert sorted(room.tray.recipients) == [f"reader{n}@example.org" for n in range(5)]
    assert all(titles(mail) == [31] for mail in room.tray.mails)


def test_old_finds_are_dropped(desk: Newsroom, clock: FixedClock) -> None:
    follower(desk, BOB, SALT, edition=False)
    for n, day in enumerate((TODAY, TODAY + FINDS_KEPT + timedelta(days=1)), 31):
        clock.move_to(datetime(day.year, day.month, day.day, 13, tzinfo=UTC))
        desk.library.answers = {"salt": desk.come_in(n)}
        desk.press.publish(day, lead=1)
        clock.sleep(HOUR)
        assert desk.tick() == 1
    with desk.database.read() as connection:
        (left,) = connection.execute(select(search_find)).all()
    assert left.found_at == clock.now()


def test_a_preview_shows_searches(desk: Newsroom, clock: FixedClock) -> None:
    clock.sleep(-HOUR)
    desk.library.answers = {"salt": desk.come_in(31)}
    clock.sleep(HOUR)
    desk.press.publish(TODAY, lead=1, at=clock.now())
    shown = desk.digests.preview(searches=[SALT, MOSS])
    assert heads(shown.text) == ["LEAD", "Your search: salt"]
    alone = desk.digests.preview(searches=[SALT], edition=False)
    assert [paper.key for paper in alone.papers] == ["arxiv:2601.00031"]


def test_words_of_a_search_bring_no_markup(desk: Newsroom, clock: FixedClock) -> None:
    hostile = Question(text="<script>alert(1)</script><img src=x onerror=y> {{ 7*7 }}", cat=('"><b>',))
    follower(desk, BOB, hostile, edition=False)
    clock.sleep(60)
    desk.library.answers = {hostile.text: desk.come_in(31)}
    desk.press.publish(TODAY, lead=1)
    assert desk.tick() == 1
    document = body(desk.tray.mails[0], "html")
    assert "&lt;script&gt;alert(1)" in document
    assert "<script" not in document
    assert "<img" not in document
    assert "<b>" not in document
    assert "{{ 7*7 }}" in document
