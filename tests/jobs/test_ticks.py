import threading
from datetime import timedelta

from broadsheet.errors import Conflict, Unavailable
from broadsheet.jobs.ticks import Schedule, Tick, TickOutcome, run_all


def _raise(error: Exception) -> str:
    raise error


def test_a_failing_tick_is_told_and_stops_no_other() -> None:
    outcomes = run_all(
        [
            Tick("first", timedelta(seconds=1), lambda: "did one thing"),
            Tick("down", timedelta(seconds=1), lambda: _raise(Unavailable("The upstream is down."))),
            Tick("broken", timedelta(seconds=1), lambda: _raise(KeyError("x"))),
            Tick("busy", timedelta(seconds=1), lambda: _raise(Conflict("Another process works on it."))),
            Tick("last", timedelta(seconds=1), lambda: ""),
        ]
    )
    assert outcomes == [
        TickOutcome("first", "did one thing"),
        TickOutcome("down", "The upstream is down.", failed=True),
        TickOutcome("broken", "KeyError: 'x'", failed=True),
        TickOutcome("busy", "Another process works on it."),
        TickOutcome("last", ""),
    ]


def test_the_schedule_runs_a_tick_at_once_and_again() -> None:
    twice = threading.Semaphore(0)

    def run() -> str:
        twice.release()
        return ""

    schedule = Schedule([Tick("often", timedelta(seconds=0.05), run)])
    schedule.start()
    try:
        assert twice.acquire(timeout=60)
        assert twice.acquire(timeout=60)
    finally:
        schedule.stop()
