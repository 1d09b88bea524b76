"""Sends digests in a process of its own, until it is done or killed: `python -m tests.faults.digest_sender DB SMTP`."""

import sys

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail.server import Server
from broadsheet.mail.smtp import SmtpTransport
from tests.conftest import NOON
from tests.digests.newsroom import TODAY, Newsroom, newsroom

CONNECTIONS = 4


def press(database: Database, smtp_url: str) -> Newsroom:
    transport = SmtpTransport(Server.from_url(smtp_url), connections=CONNECTIONS)
    room = newsroom(database, FixedClock(NOON), transport)
    room.press.publish(TODAY, lead=1, trending=[2, 3], new=[4, 5])
    return room


if __name__ == "__main__":
    press(Database(sys.argv[1]), sys.argv[2]).digests.send_due()
