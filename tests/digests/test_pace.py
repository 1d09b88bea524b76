from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.digests.pace import PUT_OFF_IN_A_ROW, RESTS, Pace

GMAIL = "reader@gmail.example"
MINUTE = timedelta(minutes=1)


def leaving(pace: Pace, address: str, many: int) -> list[timedelta]:
    """Return how long each of many mails to an address has to wait."""
    now = pace.clock.now()
    return [(moment - now) if (moment := pace.later(address)) else timedelta(0) for _ in range(many)]


def test_without_limits_everything_leaves_now(clock: FixedClock) -> None:
    assert leaving(Pace(clock), GMAIL, 1_000) == [timedelta(0)] * 1_000


def test_a_domain_gets_a_burst_and_then_its_pace(clock: FixedClock) -> None:
    waits = leaving(Pace(clock, {"gmail.example": 60}), GMAIL, 20)
    assert waits[:10] == [timedelta(0)] * 10
    assert waits[10:] == [timedelta(seconds=n) for n in range(1, 11)]


def test_a_domain_in_capitals_is_the_same_domain(clock: FixedClock) -> None:
    pace = Pace(clock, {"gmail.example": 1})
    assert pace.later(GMAIL) is None
    assert pace.later("other@GMAIL.example") is not None


def test_the_star_is_a_limit_for_each_other_domain(clock: FixedClock) -> None:
    pace = Pace(clock, {"gmail.example": 600, "*": 6})
    assert [pace.later(f"reader@{name}.example") is None for name in ("a", "b", "a", "gmail", "gmail")] == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_who_waited_leaves_at_the_pace_and_no_faster(clock: FixedClock) -> None:
    """Rows come back at the moment that was said, and none of them has to wait again."""
    pace = Pace(clock, {"gmail.example": 60})
    waiting = [moment for _ in range(100) if (moment := pace.later(GMAIL))]
    left = 0
    for moment in waiting:
        clock.move_to(moment)
        left += pace.later(GMAIL) is None
    assert left == len(waiting) == 90


def test_what_is_put_off_again_and_again_gives_the_domain_a_rest_that_grows(clock: FixedClock) -> None:
    pace = Pace(clock)
    for rest in (*RESTS, RESTS[-1]):
        for _ in range(PUT_OFF_IN_A_ROW - 1):
            pace.told(GMAIL, put_off=True)
        assert pace.later(GMAIL) is None
        pace.told(GMAIL, put_off=True)
        (wait,) = leaving(pace, GMAIL, 1)
        assert rest < wait < rest + MINUTE
        assert pace.later("reader@other.example") is None
        clock.sleep(rest.total_seconds() + 60)
    assert pace.later(GMAIL) is None


def test_one_mail_that_is_taken_ends_the_row(clock: FixedClock) -> None:
    pace = Pace(clock)
    for n in range(10):
        pace.told(GMAIL, put_off=n % PUT_OFF_IN_A_ROW != 0)
    assert pace.later(GMAIL) is None


def test_a_clock_that_is_put_back_gives_no_room_and_stops_nobody(clock: FixedClock) -> None:
    pace = Pace(clock, {"gmail.example": 60})
    leaving(pace, GMAIL, 10)
    clock.sleep(-3_600)
    assert pace.later(GMAIL) is not None
    clock.sleep(1)
    assert pace.later(GMAIL) is None


@pytest.mark.parametrize(("rate", "last"), [(0, 0), (6_000, 9), (60, 999)])
def test_digests_of_one_hour_are_spread(clock: FixedClock, rate: int, last: int) -> None:
    spread = [Pace(clock, rate=rate).spread(number) for number in range(1_000)]
    assert spread == sorted(spread)
    assert (spread[0], spread[-1]) == (timedelta(0), timedelta(seconds=last))
