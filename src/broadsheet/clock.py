"""What time it is, as a value that is handed in; nothing else in Broadsheet asks the system for the time.

Times are aware and in UTC; what a reader sees is converted at the door by the instance's zone.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds`."""
        time.sleep(seconds)


class FixedClock:
    """A clock that stands still until it is moved: for tests, previews and replays."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self._moment

    def sleep(self, seconds: float) -> None:
        """Move the clock on at once, so that waiting code can be tested without waiting."""
        self._moment += timedelta(seconds=seconds)

    def move_to(self, moment: datetime) -> None:
        """Set the clock to `moment`."""
        self._moment = moment.astimezone(UTC)
