from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail import tally
from broadsheet.mail.tally import Event, Rates


def test_counts_add_up_by_receiver_and_by_day(database: Database, clock: FixedClock) -> None:
    today = clock.now().date()
    with database.write() as connection:
        tally.count(connection, Event.ACCEPTED, "b.example", clock.now())
        tally.count(connection, Event.ACCEPTED, "a.example", clock.now(), 9)
        tally.count(connection, Event.ACCEPTED, "a.example", clock.now() - timedelta(days=1), 10)
        tally.count(connection, Event.COMPLAINED, "a.example", clock.now())
        tally.count(connection, Event.REFUSED, "a.example", clock.now())
        tally.count(connection, Event.GONE, "a.example", clock.now())
    with database.read() as connection:
        found = tally.by_domain(connection, today - timedelta(days=1))
        assert found == {
            "a.example": Rates(accepted=19, complained=1, refused=1, gone=1),
            "b.example": Rates(accepted=1),
        }
        assert list(found) == ["a.example", "b.example"]
        assert tally.by_domain(connection, today)["a.example"].accepted == 9
        assert [rates.accepted for rates in tally.by_day(connection, today - timedelta(days=7)).values()] == [10, 10]
        assert tally.together(found.values()).accepted == 20


def test_a_count_that_is_rolled_back_is_none(database: Database, clock: FixedClock) -> None:
    with database.read() as connection:
        tally.count(connection, Event.ACCEPTED, "a.example", clock.now())
    with database.read() as connection:
        assert tally.by_domain(connection, clock.now().date()) == {}


@pytest.mark.parametrize(
    ("rates", "gone", "complaints"),
    [
        (Rates(), 0.0, 0.0),
        (Rates(accepted=999, refused=1, gone=1, complained=1), 0.001, 1 / 999),
        (Rates(complained=3), 0.0, 1.0),  # complaints of mails of the week before
    ],
)
def test_shares(rates: Rates, gone: float, complaints: float) -> None:
    assert rates.gone_share == pytest.approx(gone)
    assert rates.complaint_share == pytest.approx(complaints)


def test_days_are_forgotten(database: Database, clock: FixedClock) -> None:
    with database.write() as connection:
        tally.count(connection, Event.ACCEPTED, "a.example", clock.now() - tally.KEPT - timedelta(days=1))
        tally.count(connection, Event.ACCEPTED, "b.example", clock.now())
        assert tally.forget_old(connection, clock.now()) == 1
        assert list(tally.by_domain(connection, (clock.now() - timedelta(days=999)).date())) == ["b.example"]


def test_the_domain_of_an_address() -> None:
    assert tally.domain_of("Ada@Reader.Example") == "reader.example"
    assert tally.domain_of("") == ""
