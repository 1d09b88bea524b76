"""Sends digests in a process of its own, until it is done or killed: `python -m tests.faults.digest_sender DB SMTP`."""

import sys

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail.transport import SmtpTransport
from tests.conftest import NOON
from tests.digests.newsroom import TODAY, Newsroom, newsroom


def press(database: Database, smtp_url: str) -> Newsroom:
    room = newsroom(database, FixedClock(NOON), SmtpTransport.from_url(smtp_url))
    room.press.publish(TODAY, lead=1, trending=[2, 3], new=[4, 5])
    return room


if __name__ == "__main__":
    press(Database(sys.argv[1]), sys.argv[2]).digests.send_due()
