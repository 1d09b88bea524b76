from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict
from broadsheet.mail import tally
from broadsheet.mail.limits import LARGE, Limits, broken
from broadsheet.mail.tally import Event, Rates


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({}, ""),
        ({"a.example": Rates(accepted=50, complained=1)}, ""),  # one reader's click stops nobody's mail
        ({"a.example": Rates(accepted=600, complained=2)}, "0.33% of the mails of 7 days to all receivers"),
        ({"a.example": Rates(accepted=3000, complained=4)}, ""),
        ({"a.example": Rates(accepted=3000, complained=5)}, "receivers want less than 0.1%"),
        ({"a.example": Rates(accepted=5001, complained=5)}, ""),
        ({"": Rates(complained=3), "a.example": Rates(accepted=500)}, "all receivers"),
        ({"a.example": Rates(accepted=LARGE, complained=2), "b.example": Rates(accepted=9000)}, "to a.example"),
        ({"a.example": Rates(accepted=LARGE - 1, complained=2), "b.example": Rates(accepted=9000)}, ""),
        ({"a.example": Rates(accepted=90, refused=10, gone=10)}, ""),
        ({"a.example": Rates(accepted=89, refused=11, gone=11)}, "mailboxes that are not there"),
        ({"a.example": Rates(refused=9, gone=9)}, ""),
        ({"gone.example": Rates(refused=40, gone=40), "b.example": Rates(accepted=9000)}, ""),
    ],
)
def test_a_limit_is_passed_only_by_several_of_many(rates: dict[str, Rates], said: str) -> None:
    found = broken(rates)
    assert said in found
    assert bool(said) == bool(found)


def count(database: Database, clock: FixedClock, accepted: int, complained: int) -> None:
    with database.write() as connection:
        tally.count(connection, Event.ACCEPTED, "a.example", clock.now(), accepted)
        tally.count(connection, Event.COMPLAINED, "a.example", clock.now(), complained)


def test_a_pause_holds_until_an_operator_lifts_it(database: Database, clock: FixedClock) -> None:
    limits = Limits(database, clock)
    assert limits.watch() is None
    with pytest.raises(Conflict, match="not paused"):
        limits.lift("Ada")
    count(database, clock, 1000, 4)
    pause = limits.watch()
    assert pause is not None
    assert "0.40%" in pause.words
    clock.sleep(timedelta(days=30).total_seconds())
    assert limits.watch() == limits.pause() == pause
    assert limits.lift("Ada") == pause
    assert limits.pause() is None
    (past,) = limits.past()
    assert (past.lifted_by, past.lifted_at) == ("Ada", clock.now())


def test_what_was_before_is_not_held_against_it_again(database: Database, clock: FixedClock) -> None:
    limits = Limits(database, clock)
    count(database, clock, 1000, 4)
    limits.watch()
    limits.lift("Ada")
    assert limits.watch() is None
    clock.sleep(86_400)
    count(database, clock, 1000, 1)
    assert limits.watch() is None
    count(database, clock, 0, 3)
    assert limits.watch() is not None


def test_what_is_older_than_a_week_counts_no_more(database: Database, clock: FixedClock) -> None:
    count(database, clock, 1000, 4)
    clock.sleep(timedelta(days=7).total_seconds())
    assert Limits(database, clock).watch() is None
