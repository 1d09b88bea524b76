"""Takes bounces in from a Maildir in a process of its own, until it is killed: `… bounce_reader DB MAILDIR`.

It takes one for each byte of its standard input, so that its killer says how many it can come to at most.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.digests.returning import ReturnedDigests
from broadsheet.mail.returned.inboxes import Waiting
from broadsheet.mail.returned.intake import Intake
from broadsheet.mail.returned.maildir import Maildir
from tests.conftest import NOON
from tests.digests.newsroom import HEAD, RETURNS


def intake(database: Database, folder: Maildir) -> Intake:
    return Intake(database, FixedClock(NOON), RETURNS, [ReturnedDigests(HEAD)], [folder])


class Rationed(Maildir):
    """A Maildir of which as many mails are given as bytes come in."""

    def waiting(self, most: int) -> Iterator[Waiting]:
        for found in super().waiting(most):
            sys.stdin.buffer.read(1)
            yield found


if __name__ == "__main__":
    intake(Database(sys.argv[1]), Rationed(Path(sys.argv[2]))).take_in()
