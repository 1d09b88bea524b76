import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from broadsheet.accounts.sign_ins import SignIns
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import metadata, sign_in
from broadsheet.errors import BroadsheetError, Invalid, TooMany, Unavailable
from broadsheet.mail import addresses
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.transport import Refused, Unsure
from broadsheet.mail.verdicts import Verdict
from tests.accounts.conftest import ADA, Office, Open
from tests.digests.newsroom import HEAD, SECRET, Tray, body


def _states(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(sign_in.c.state).order_by(sign_in.c.id)))


def test_the_first_sign_in_makes_the_account(office: Office) -> None:
    reader, back = office.sign_ins.accept(office.letter(back="/search?q=tides"))
    assert (reader.address, reader.role, back) == ("Ada.Quill@example.org", "reader", "/search?q=tides")
    assert reader.signed_in_at == office.clock.now()
    assert office.readers.all() == [reader]


def test_a_later_one_finds_it_however_the_address_is_written(office: Office) -> None:
    first = office.signed_in()
    assert office.signed_in("ada.quill@EXAMPLE.org").id == first.id
    assert len(office.readers.all()) == 1


def test_looking_spends_nothing_and_pressing_spends_all(office: Office) -> None:
    token = office.letter()
    assert [office.sign_ins.offered(token) for _ in range(3)] == ["A…@example.org"] * 3
    office.sign_ins.accept(token)
    for verb in (office.sign_ins.offered, office.sign_ins.accept):
        with pytest.raises(Invalid, match="was used already") as told:
            verb(token)
        assert told.value.field == "token"


def test_a_link_holds_twenty_minutes(office: Office, clock: FixedClock) -> None:
    token = office.letter()
    clock.sleep(20 * 60 - 1)
    assert office.sign_ins.offered(token)
    clock.sleep(1)
    with pytest.raises(Invalid, match="older than it may be"):
        office.sign_ins.accept(token)


def test_signing_in_ends_all_other_links_to_the_address(office: Office) -> None:
    first, second, others = office.letter(), office.letter(), office.letter("bee@example.org")
    office.sign_ins.accept(second)
    with pytest.raises(Invalid):
        office.sign_ins.accept(first)
    assert office.sign_ins.offered(others)


@pytest.mark.parametrize("token", ["", "x", "a" * 100_000, "\ud800", "../../etc/passwd", "\x00"])
def test_no_made_up_token_signs_in(office: Office, token: str) -> None:
    office.letter()
    with pytest.raises(Invalid):
        office.sign_ins.accept(token)
    assert office.readers.all() == []


def test_two_presses_at_once_sign_in_once(office: Office) -> None:
    token, ends = office.letter(), []
    start = threading.Barrier(4)

    def press() -> None:
        start.wait()
        try:
            ends.append(office.sign_ins.accept(token)[0].id)
        except BroadsheetError as error:
            ends.append(type(error).__name__)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, ends))[1:] == ["Invalid"] * 3
    assert len(office.readers.all()) == 1


def test_the_token_is_kept_nowhere(office: Office) -> None:
    token = office.letter()
    with office.database.read() as connection:
        for table in metadata.sorted_tables:
            assert token not in str(connection.execute(select(table)).all()), table.name


def test_where_nobody_may_join_known_and_unknown_hear_the_same(open_office: Open) -> None:
    office = open_office(False)
    office.readers.add(ADA, "editor")
    for address in (ADA, "stranger@example.org"):
        assert office.sign_ins.ask(address, "192.0.2.7") is None  # type: ignore[func-returns-value]
    assert office.sign_ins.send_waiting() == 1
    assert office.tray.recipients == ["Ada.Quill@example.org"]
    assert office.sign_ins.accept(office.token())[0].role == "editor"
    with office.database.read() as connection:
        assert connection.scalars(select(sign_in.c.address)).all() == ["", ""]


def test_known_and_unknown_take_the_same_statements(open_office: Open) -> None:
    """The work decides the time: counted in statements, as a clock would tell the machine's mood."""
    from sqlalchemy import event

    office, seen = open_office(False), []
    office.readers.add(ADA)
    event.listen(office.database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    counted = []
    for address in (ADA, "stranger@example.org"):
        seen.clear()
        office.sign_ins.ask(address, "192.0.2.7")
        counted.append(list(seen))
    assert counted[0] == counted[1]


def test_a_suppressed_address_gets_no_letter(office: Office) -> None:
    Suppressions(office.database, office.clock).add(addresses.read(ADA, SECRET).key, "complained")
    office.sign_ins.ask(ADA, "192.0.2.7")
    assert office.sign_ins.send_waiting() == 0
    assert _states(office.database) == ["withheld"]


def test_an_address_gets_five_letters_an_hour(office: Office, clock: FixedClock) -> None:
    for _ in range(5):
        office.sign_ins.ask(ADA, "192.0.2.7")
    with pytest.raises(TooMany, match="5 letters an hour to one address") as told:
        office.sign_ins.ask(ADA.lower(), "192.0.2.8")
    assert told.value.retry_after == 3600
    office.sign_ins.ask("bee@example.org", "192.0.2.7")
    clock.sleep(3600)
    office.sign_ins.ask(ADA, "192.0.2.7")
    assert len(_states(office.database)) == 7


def test_one_place_asks_for_thirty_addresses_an_hour(office: Office) -> None:
    for n in range(30):
        office.sign_ins.ask(f"reader{n}@example.org", "192.0.2.7")
    with pytest.raises(TooMany, match="from one place"):
        office.sign_ins.ask("another@example.org", "192.0.2.7")
    office.sign_ins.ask("another@example.org", "192.0.2.8")


@pytest.mark.parametrize("address", ["", "nobody", "a\r\nBcc: b@c.example@d.example", "x" * 9_999])
def test_what_is_no_address_is_told_and_counts_nothing(office: Office, address: str) -> None:
    with pytest.raises(Invalid) as told:
        office.sign_ins.ask(address, "192.0.2.7")
    assert told.value.field == "address"
    assert _states(office.database) == []


def test_the_letter_says_what_to_do_and_belongs_to_no_list(office: Office) -> None:
    token = office.letter()
    mail = office.tray.mails[-1]
    assert mail["Subject"] == "Sign in to The Tide"
    for kind in ("plain", "html"):
        text = body(mail, kind)
        assert f"https://tide.example.org/sign-in/link?token={token}" in text
        assert "20 minutes" in text
    assert mail["List-Unsubscribe"] is None


def test_a_server_that_is_down_lets_the_letter_wait(office: Office, clock: FixedClock) -> None:
    def down(_recipient: str) -> None:
        raise Unavailable("The mail server does not answer.")

    office.sign_ins.ask(ADA, "192.0.2.7")
    office.tray.trouble = down
    with pytest.raises(Unavailable):
        office.sign_ins.send_waiting()
    office.tray.trouble = lambda _recipient: None
    clock.sleep(50 * 60)
    assert office.sign_ins.send_waiting() == 1
    assert office.sign_ins.accept(office.token())


def test_a_letter_that_nobody_waits_for_any_more_is_not_sent(office: Office, clock: FixedClock) -> None:
    office.sign_ins.ask(ADA, "192.0.2.7")
    clock.sleep(3600)
    assert office.sign_ins.send_waiting() == 0
    clock.sleep(24 * 3600 + 1)
    assert office.sign_ins.forget_old() > 0
    assert _states(office.database) == []


def test_a_letter_put_off_is_tried_again_in_a_minute(office: Office, clock: FixedClock) -> None:
    def busy(_recipient: str) -> None:
        raise Refused("450 greylisted", permanent=False)

    office.sign_ins.ask(ADA, "192.0.2.7")
    office.tray.trouble = busy
    assert [office.sign_ins.send_waiting(), office.sign_ins.send_waiting()] == [0, 0]
    office.tray.trouble = lambda _recipient: None
    clock.sleep(60)
    assert office.sign_ins.send_waiting() == 1
    assert office.sign_ins.accept(office.token())


def test_a_mailbox_that_is_gone_is_written_to_no_more(office: Office) -> None:
    def gone(_recipient: str) -> None:
        raise Refused("550 no such user", permanent=True, verdict=Verdict.GONE)

    office.tray.trouble = gone
    office.sign_ins.ask(ADA, "192.0.2.7")
    office.sign_ins.send_waiting()
    office.sign_ins.ask(ADA, "192.0.2.7")
    assert _states(office.database) == ["failed", "withheld"]


def test_a_letter_with_unknown_end_holds_if_it_arrived(database: Database, clock: FixedClock) -> None:
    class Breaks(Tray):
        def send(self, message, *, sender, recipient):  # type: ignore[no-untyped-def]
            super().send(message, sender=sender, recipient=recipient)
            raise Unsure("The connection broke.")

    tray = Breaks()
    sign_ins = SignIns(database, clock, SECRET, tray, HEAD, open_to_all=True)
    sign_ins.ask(ADA, "192.0.2.7")
    sign_ins.send_waiting()
    assert sign_ins.send_waiting() == 0
    assert sign_ins.accept(body(tray.mails[0]).partition("token=")[2].split()[0])


def test_what_a_crash_left_half_sent_is_sent_again(office: Office, clock: FixedClock) -> None:
    def crash(_recipient: str) -> None:
        raise KeyboardInterrupt

    office.sign_ins.ask(ADA, "192.0.2.7")
    office.tray.trouble = crash
    with pytest.raises(KeyboardInterrupt):
        office.sign_ins.send_waiting()
    office.tray.trouble = lambda _recipient: None
    assert office.sign_ins.send_waiting() == 0
    clock.sleep(timedelta(minutes=3).total_seconds())
    assert office.sign_ins.send_waiting() == 1
    assert office.sign_ins.accept(office.token())


def test_a_letter_that_breaks_each_run_keeps_nobody_waiting(office: Office, clock: FixedClock) -> None:
    def crash(recipient: str) -> None:
        if recipient.startswith("bad"):
            raise KeyError(recipient)

    office.tray.trouble = crash
    office.sign_ins.ask("bad@example.org", "192.0.2.7")
    for _ in range(5):
        with pytest.raises(KeyError):
            office.sign_ins.send_waiting()
        clock.sleep(timedelta(minutes=3).total_seconds())
    office.sign_ins.ask(ADA, "192.0.2.7")
    assert office.sign_ins.send_waiting() == 1
