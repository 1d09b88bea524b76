"""Ticks: small, named, idempotent pieces of due work, run in a row by cron or at their intervals by the scheduler.

What a tick does is its owner's; here one that fails is logged and never stops the others.
Truth about what is due lies in rows: a tick that is repeated, or skipped by a crash, costs nothing but time.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from broadsheet.errors import BroadsheetError, Conflict
from broadsheet.logs import get_logger

_log = get_logger("jobs")


@dataclass(frozen=True, slots=True)
class Tick:
    """`run` does what is due and tells in words what it did, the empty text for nothing."""

    name: str
    every: timedelta
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class TickOutcome:
    """What became of one tick: `said` in words, `failed` if it raised."""

    name: str
    said: str
    failed: bool = False


def run_tick(tick: Tick) -> TickOutcome:
    """Run one tick; an error becomes its outcome and a log line."""
    started = time.monotonic()
    try:
        said = tick.run()
    except Conflict as busy:  # another process holds the lease: that is how it should be
        return TickOutcome(tick.name, busy.message)
    except BroadsheetError as error:
        _log.warning("tick_failed", tick=tick.name, error=error.message)
        return TickOutcome(tick.name, error.message, failed=True)
    except Exception as error:  # noqa: BLE001 - one broken tick must not stop the schedule
        _log.error("tick_broke", tick=tick.name, exc_info=True)
        return TickOutcome(tick.name, f"{type(error).__name__}: {error}", failed=True)
    if said:
        _log.info("tick_done", tick=tick.name, said=said, seconds=round(time.monotonic() - started, 2))
    return TickOutcome(tick.name, said)


def run_all(ticks: Sequence[Tick]) -> list[TickOutcome]:
    """Run every tick once, in the order given: what `broadsheet tick` does."""
    return [run_tick(tick) for tick in ticks]


class Schedule:
    """Runs ticks at their intervals in background threads, each at most once at a time."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(max(2, len(ticks)))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        for tick in ticks:
            self._scheduler.add_job(
                run_tick,
                "interval",
                args=[tick],
                seconds=tick.every.total_seconds(),
                id=tick.name,
                next_run_time=datetime.now(UTC),  # a first time at once, not after the interval
            )

    def start(self) -> None:
        """Start in the background; every tick runs a first time at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Take no new tick; those at work are left to finish or to be cut off, as they are idempotent."""
        self._scheduler.shutdown(wait=False)
