"""Takes bounces in from a Maildir in a process of its own, until it is done or killed: `… bounce_reader DB MAILDIR`."""

import sys
from pathlib import Path

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.digests.returning import ReturnedDigests
from broadsheet.mail.returned.intake import Intake
from broadsheet.mail.returned.maildir import Maildir
from tests.conftest import NOON
from tests.digests.newsroom import HEAD, RETURNS


def intake(database: Database, folder: Path) -> Intake:
    return Intake(database, FixedClock(NOON), RETURNS, [ReturnedDigests(HEAD)], [Maildir(folder)])


if __name__ == "__main__":
    intake(Database(sys.argv[1]), Path(sys.argv[2])).take_in()
