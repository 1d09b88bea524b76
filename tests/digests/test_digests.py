from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from broadsheet.clock import FixedClock
from broadsheet.database.schema import delivery, lease, subscription
from broadsheet.digests.deliveries import MOST_ATTEMPTS
from broadsheet.editions.spans import Span
from broadsheet.errors import Conflict, Invalid, NotFound, Unavailable
from broadsheet.mail import addresses
from broadsheet.mail.standing import points_of
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.transport import Refused, Unsure
from broadsheet.mail.verdicts import Verdict
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.digests.newsroom import SECRET, TODAY, Newsroom, body, titles, token

pytestmark = ON_SQLITE

BOB, ADA = "bob@example.org", "ada@example.org"


def fail(error: Exception, recipient: str | None = None) -> Callable[[str], None]:
    def trouble(to: str) -> None:
        if recipient in (None, to):
            raise error

    return trouble


@ON_BOTH
def test_a_confirmed_reader_gets_one_digest_and_a_second_tick_sends_nothing(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1, trending=[2, 3], new=[4, 5])
    room.reader(BOB, days="daily", size=4)
    assert room.digests.queue_due() == 1
    assert room.digests.send_due().accepted == 1
    (mail,) = room.tray.mails
    assert mail["To"] == BOB
    assert titles(mail) == [1, 2, 3, 4]
    assert (room.digests.queue_due(), room.digests.send_due().accepted) == (0, 0)
    assert room.states() == ["accepted"]


def test_links_of_a_digest_work_and_end_it(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.tick()
    (mail,) = room.tray.mails
    assert room.subscriptions.by_token(token(mail, "/subscription")).address == BOB
    one_click = mail["List-Unsubscribe"].partition(">")[0].partition("token=")[2]
    assert room.subscriptions.end(one_click).state == "ended"
    clock.sleep(86_400)
    room.press.publish(TODAY + timedelta(days=1), lead=2)
    assert room.tick() == 0


def test_nothing_comes_twice_and_a_digest_without_news_is_not_sent(room: Newsroom, clock: FixedClock) -> None:
    room.reader(BOB, days="daily", size=3)
    room.press.publish(TODAY, lead=1, trending=[2], new=[3])
    room.tick()
    clock.sleep(86_400)
    room.press.publish(TODAY + timedelta(days=1), lead=1, trending=[2, 3])
    assert (room.digests.queue_due(), room.digests.send_due().accepted) == (0, 0)
    assert room.states() == ["accepted", "empty"]
    clock.sleep(86_400)
    room.press.publish(TODAY + timedelta(days=2), lead=1, trending=[4, 2])
    assert room.tick() == 1
    assert titles(room.tray.mails[-1]) == [4]


def test_a_bounced_digest_does_not_count_as_read(room: Newsroom, clock: FixedClock) -> None:
    room.reader(BOB, days="daily")
    room.press.publish(TODAY, lead=1)
    room.tray.trouble = fail(Refused("552 too much.", permanent=True))
    assert room.tick() == 0
    room.tray.trouble = lambda _recipient: None
    clock.sleep(86_400)
    room.press.publish(TODAY + timedelta(days=1), lead=1)
    assert room.tick() == 1


def test_readers_get_it_at_their_own_hour(room: Newsroom, clock: FixedClock) -> None:
    clock.move_to(datetime(2026, 1, 15, 0, 0, tzinfo=UTC))
    room.reader("vienna@example.org", hour=7, timezone="Europe/Vienna", days="daily")
    room.reader("tokyo@example.org", hour=20, timezone="Asia/Tokyo", days="daily")
    room.reader("weekly@example.org", hour=7, days="weekly")
    room.press.publish(TODAY, lead=1)
    got: dict[str, str] = {}
    for hour in range(24):
        clock.move_to(datetime(2026, 1, 15, hour, 0, tzinfo=UTC))
        room.tick()
        for mail in room.tray.mails:
            got.setdefault(mail["To"], f"{hour:02d}")
    assert got == {"vienna@example.org": "06", "tokyo@example.org": "11"}
    assert len(room.tray.mails) == 2


def test_a_weekly_reader_gets_the_weeks_best_on_monday(room: Newsroom, clock: FixedClock) -> None:
    monday = date(2026, 1, 19)
    clock.move_to(datetime(2026, 1, 19, 12, tzinfo=UTC))
    room.reader(BOB, days="weekly", size=5)
    room.press.publish(monday, lead=1, trending=[2])
    room.press.publish(monday - timedelta(days=2), lead=3, trending=[4])
    room.press.publish(monday - timedelta(days=7), lead=5)  # the week before
    assert room.tick() == 1
    (mail,) = room.tray.mails
    assert titles(mail) == [1, 3, 2, 4]
    assert "The week to Monday 19 January 2026" in body(mail)
    assert room.tick() == 0


@pytest.mark.parametrize(
    ("days", "span", "name"),
    [("weekly", Span("week", date(2026, 5, 25)), "week"), ("monthly", Span("month", date(2026, 5, 1)), "month")],
)
def test_a_weeks_or_months_own_page_comes_first_where_it_is_out(
    room: Newsroom, clock: FixedClock, days: str, span: Span, name: str
) -> None:
    monday = date(2026, 6, 1)  # on which both come out
    older = room.press.publish(date(2026, 1, 1), lead=7, trending=[8])
    room.press.spans |= {span: replace(older, period=span.period, day=span.start)}
    room.press.spans |= {span.before.before: room.press.publish(date(2026, 1, 2), lead=9)}
    clock.move_to(datetime(2026, 6, 1, 12, tzinfo=UTC))
    room.reader(BOB, days=days, size=5)
    room.press.publish(monday, lead=1, trending=[2])
    assert room.tick() == 1
    (mail,) = room.tray.mails
    assert titles(mail) == [7, 1, 8, 2]
    assert f"The {name} to Monday 1 June 2026" in body(mail)
    assert room.tick() == 0


def test_a_rhythm_changed_after_queueing_sends_what_was_chosen(room: Newsroom, clock: FixedClock) -> None:
    clock.move_to(datetime(2026, 1, 19, 12, tzinfo=UTC))
    reader = room.reader(BOB, days="weekly", size=5)
    room.press.publish(date(2026, 1, 19), lead=1)
    room.press.publish(date(2026, 1, 18), lead=2)
    room.digests.queue_due()
    room.subscriptions.change(reader.token, days="daily")
    assert room.digests.send_due().accepted == 1
    assert titles(room.tray.mails[0]) == [1, 2]
    assert room.tick() == 0


def test_after_an_outage_only_the_newest_digest_comes(room: Newsroom, clock: FixedClock) -> None:
    room.reader(BOB, days="daily")
    for back in range(3):
        room.press.publish(TODAY - timedelta(days=back), lead=back + 1)
    assert room.tick() == 1
    assert titles(room.tray.mails[0]) == [1]
    assert room.tick() == 0


@pytest.mark.parametrize("how", ["end", "suppress"])
def test_consent_is_asked_again_when_a_digest_goes_out(room: Newsroom, clock: FixedClock, how: str) -> None:
    room.press.publish(TODAY, lead=1)
    reader = room.reader(BOB, days="daily")
    assert room.digests.queue_due() == 1
    if how == "end":
        room.subscriptions.end(reader.token)
    else:
        Suppressions(room.database, clock).add(addresses.read(BOB, SECRET).key, "complained")
    assert room.digests.send_due().accepted == 0
    assert room.states() == ["suppressed"]


def test_pending_and_ended_subscriptions_are_not_queued(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    room.subscriptions.subscribe(BOB, days="daily")
    room.subscriptions.end(room.reader(ADA, days="daily").token)
    assert room.digests.queue_due() == 0


def test_a_soft_bounce_waits_longer_each_time_and_then_gives_up(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    room.tray.trouble = fail(Refused("451 later.", permanent=False))
    attempts = []
    for _ in range(24):
        report = room.digests.send_due()
        attempts += ["soft"] * report.soft_bounced + ["hard"] * report.bounced
        clock.sleep(1_800)
    assert attempts == ["soft"] * (MOST_ATTEMPTS - 1) + ["hard"]
    assert room.states() == ["bounced"]


def test_a_greylisted_digest_arrives_with_the_same_message_id(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.tray.trouble = fail(Refused("451 greylisted.", permanent=False))
    assert room.digests.queue_due() == 1
    assert room.digests.send_due().soft_bounced == 1
    room.tray.trouble = lambda _recipient: None
    assert room.digests.send_due().accepted == 0
    clock.sleep(301)
    assert room.digests.send_due().accepted == 1
    with room.database.read() as connection:
        assert (
            room.tray.mails[0]["Message-ID"]
            == connection.execute(select(delivery.c.message_id).where(delivery.c.kind == "digest")).scalar_one()
        )


def test_one_readers_refusal_stops_nobody_else(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    for n in range(5):
        room.reader(f"reader{n}@example.org", days="daily")
    room.tray.trouble = fail(Refused("550 5.1.1 unknown.", permanent=True, verdict=Verdict.GONE), "reader2@example.org")
    room.digests.queue_due()
    report = room.digests.send_due()
    assert (report.accepted, report.bounced) == (4, 1)
    assert report.sentence == "4 sent, 1 refused"
    assert Suppressions(room.database, room.clock).find(addresses.read("reader2@example.org", SECRET).key)


def test_without_a_way_out_everything_waits_as_it_was(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    room.tray.trouble = fail(Unavailable("The server sleeps."))
    for _ in range(MOST_ATTEMPTS + 2):
        with pytest.raises(Unavailable, match="sleeps"):
            room.digests.send_due()
    room.tray.trouble = lambda _recipient: None
    assert room.digests.send_due().accepted == 1


@ON_BOTH
def test_a_server_that_breaks_off_again_and_again_ends_the_run(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    for n in range(6):
        room.reader(f"reader{n}@example.org", days="daily")
    room.digests.queue_due()
    room.tray.trouble = fail(Refused("broke off.", permanent=False, lost=True))
    with pytest.raises(Unavailable, match="3 times in a row"):
        room.digests.send_due()
    assert sorted(room.states()) == ["queued"] * 3 + ["soft_bounced"] * 3


def test_a_digest_that_may_have_arrived_goes_out_once_more_and_then_no_more(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    room.tray.trouble = fail(Unsure("no answer."))
    assert room.digests.send_due().again == 1
    assert room.tick() == 0  # a server that is slow gets the time to come to itself
    clock.sleep(301)
    assert room.digests.send_due().unsure == 1
    room.tray.trouble = lambda _recipient: None
    clock.sleep(3_600)
    assert room.tick() == 0
    assert room.states() == ["unsure"]


def left_in(room: Newsroom, state: str) -> None:
    with room.database.write() as connection:
        connection.execute(update(delivery).where(delivery.c.kind == "digest").values(state=state))


@ON_BOTH
def test_what_a_dead_run_left_in_the_middle_goes_out_once_more(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    left_in(room, "sending")
    report = room.digests.send_due()
    assert (report.accepted, report.again) == (1, 1)
    assert room.digests.send_due().sentence == ""
    assert room.states() == ["accepted"]


@ON_BOTH
@pytest.mark.parametrize("state", ["taken", "retaken"])
def test_what_a_dead_run_had_in_hand_and_never_began_is_as_if_it_had_not(room: Newsroom, state: str) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    left_in(room, state)
    report = room.digests.send_due()
    assert (report.accepted, report.again) == (1, 0)
    assert room.states() == ["accepted"]


@ON_BOTH
def test_who_unsubscribes_while_the_mail_is_on_its_way_to_the_server_gets_none(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    reader = room.reader(BOB, days="daily")
    other = room.reader(ADA, days="daily")
    room.digests.queue_due()
    room.tray.before = lambda recipient: recipient == BOB and room.subscriptions.end(reader.token)
    assert room.digests.send_due().accepted == 1
    assert room.tray.recipients == [other.address]
    assert sorted(room.states()) == ["accepted", "suppressed"]


@ON_BOTH
def test_what_two_dead_runs_left_in_the_middle_is_given_up(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    left_in(room, "resending")
    report = room.digests.send_due()
    assert (report.accepted, report.unsure) == (0, 1)
    assert room.digests.send_due().unsure == 0
    assert room.states() == ["unsure"]


def test_a_digest_that_could_not_leave_for_two_days_lapses_and_its_papers_come_with_the_next(
    room: Newsroom, clock: FixedClock
) -> None:
    room.press.publish(TODAY, lead=1, new=[2])
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    room.tray.trouble = fail(Unavailable("The server sleeps."))
    with pytest.raises(Unavailable):
        room.digests.send_due()
    clock.sleep(3 * 86_400)
    room.tray.trouble = lambda _recipient: None
    assert room.digests.send_due().lapsed == 1
    later = TODAY + timedelta(days=3)
    room.press.publish(later, lead=2, new=[3])
    assert room.tick() == 1
    assert titles(room.tray.mails[-1]) == [2, 3]
    assert room.states() == ["lapsed", "accepted"]


def test_a_clock_that_is_put_back_an_hour_mails_nobody_twice(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    for n in range(3):
        room.reader(f"reader{n}@example.org", days="daily")
    room.tray.trouble = fail(Refused("451 later.", permanent=False), "reader2@example.org")
    assert room.tick() == 2
    clock.sleep(-3_600)
    assert room.tick() == 0
    room.tray.trouble = lambda _recipient: None
    clock.sleep(3_600 + 301)
    assert room.tick() == 1
    assert sorted(room.tray.recipients) == [f"reader{n}@example.org" for n in range(3)]


def test_trouble_that_is_no_single_mails_hands_all_back(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1)
    for address in (ADA, BOB):
        room.reader(address, days="daily")
    room.digests.queue_due()
    room.press.trouble = Unavailable("The disk is full.")
    with pytest.raises(Unavailable, match="full"):
        room.digests.send_due()
    assert room.states() == ["queued", "queued"]
    room.press.trouble = None
    assert room.digests.send_due().accepted == 2


def test_papers_that_left_the_edition_leave_the_digest(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1, trending=[2])
    room.reader(BOB, days="daily")
    room.reader(ADA, days="daily", size=1)
    room.digests.queue_due()
    room.press.publish(TODAY, trending=[2])
    report = room.digests.send_due()
    assert (report.accepted, report.empty) == (1, 1)
    assert titles(room.tray.mails[0]) == [2]


@ON_BOTH
def test_only_one_process_works_on_digests(room: Newsroom, clock: FixedClock) -> None:
    until = clock.now() + timedelta(minutes=5)
    with room.database.write() as connection:
        connection.execute(insert(lease).values(name="digests", holder="another", expires_at=until))
    for verb in (room.digests.queue_due, room.digests.send_due):
        with pytest.raises(Conflict):
            verb()


def test_hundreds_of_readers_are_queued_in_batches(desk: Newsroom, clock: FixedClock) -> None:
    desk.press.publish(TODAY, lead=1, new=[2, 3])
    row = {"state": "confirmed", "size": 2, "hour": 7, "timezone": "UTC", "days": "daily", "token_key": "k"}
    row |= {"created_at": clock.now(), "asked_at": clock.now()}
    with desk.database.write() as connection:
        made = [{**row, "address": f"r{n}@example.org", "address_key": str(n)} for n in range(1_001)]
        connection.execute(insert(subscription), made)
    assert desk.digests.queue_due() == 1_001
    assert desk.digests.queue_due() == 0


def test_equal_selections_are_laid_out_once(desk: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.digests import composing

    laid_out = []
    real = composing.lay_out
    monkeypatch.setattr(composing, "lay_out", lambda *given: laid_out.append(given) or real(*given))
    desk.press.publish(TODAY, lead=1, new=[2, 3])
    for n in range(6):
        desk.reader(f"reader{n}@example.org", days="daily", size=2 + n % 2)
    assert desk.tick() == 6
    assert len(laid_out) == 2
    assert len({body(mail) for mail in desk.tray.mails}) == 6


def test_preview_needs_no_reader_and_sends_nothing(desk: Newsroom) -> None:
    desk.press.publish(TODAY, lead=1, trending=[2, 3], new=[4])
    shown = desk.digests.preview(size=3)
    assert [paper.key for paper in shown.papers] == ["arxiv:2601.00001", "arxiv:2601.00002", "arxiv:2601.00004"]
    assert shown.subject.endswith("and 2 more")
    assert "https://tide.example.org/subscribe" in shown.text
    assert desk.digests.preview(TODAY, 3).papers == shown.papers
    assert desk.tray.mails == []
    with pytest.raises(NotFound):
        desk.digests.preview(date(2020, 1, 1))
    with pytest.raises(Invalid):
        desk.digests.preview(size=0)


def test_a_preview_of_an_empty_edition_says_so(desk: Newsroom) -> None:
    desk.press.publish(TODAY)
    shown = desk.digests.preview()
    assert shown.subject == "The Tide: nothing new"
    assert "Nothing is new for you." in shown.text
    assert "Nothing is new for you." in shown.html


def test_a_monthly_reader_gets_the_months_best_on_the_first(room: Newsroom, clock: FixedClock) -> None:
    clock.move_to(datetime(2026, 2, 1, 12, tzinfo=UTC))
    room.reader(BOB, days="monthly", size=5)
    room.press.publish(date(2026, 2, 1), lead=1)
    room.press.publish(date(2026, 1, 31), trending=[2])
    room.press.publish(date(2026, 1, 2), lead=3)
    room.press.publish(date(2026, 1, 1), lead=4)  # the month before
    assert room.tick() == 1
    (mail,) = room.tray.mails
    assert titles(mail) == [1, 3, 2]
    assert "The month to Sunday 1 February 2026" in body(mail)


def test_a_daily_digest_that_lost_a_paper_is_still_of_one_day(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1, trending=[2])
    room.press.publish(TODAY - timedelta(days=1), lead=2)
    room.reader(BOB, days="daily")
    room.digests.queue_due()
    room.press.publish(TODAY, lead=1)
    room.press.publish(TODAY - timedelta(days=1))
    room.digests.send_due()
    assert titles(room.tray.mails[0]) == [1]
    assert "The week to" not in body(room.tray.mails[0])


def test_what_is_put_off_to_its_end_counts_a_point_against_the_address(room: Newsroom, clock: FixedClock) -> None:
    room.press.publish(TODAY, lead=1)
    room.reader(BOB)
    room.tray.trouble = fail(Refused("452 4.2.2 full.", permanent=False, verdict=Verdict.WEAK), BOB)
    room.digests.queue_due()
    key = addresses.read(BOB, SECRET).key
    for attempt in range(MOST_ATTEMPTS):
        with room.database.read() as connection:
            assert points_of(connection, key, clock.now()) == 0, attempt
        room.digests.send_due()
        clock.sleep(timedelta(hours=7).total_seconds())
    with room.database.read() as connection:
        assert 0.9 < points_of(connection, key, clock.now()) <= 1


def test_weekly_readers_get_it_on_their_own_day(room: Newsroom, clock: FixedClock) -> None:
    room.reader(BOB, days="weekly", weekday=3)  # Thursdays
    room.reader(ADA, days="weekly", weekday=4)
    got: dict[str, date] = {}
    for n in range(3):
        day = TODAY + timedelta(days=n)
        clock.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        room.press.publish(day, lead=n + 1)
        room.tick()
        for mail in room.tray.mails:
            got.setdefault(mail["To"], day)
    assert got == {BOB: TODAY, ADA: TODAY + timedelta(days=1)}
    assert len(room.tray.mails) == 2
