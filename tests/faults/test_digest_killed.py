import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete, insert

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import lease, subscription
from tests.faults.digest_sender import CONNECTIONS, press
from tests.mail.servers import smtp_server

ROOT = Path(__file__).parents[2]
READERS = 60
KILLED_AFTER = (1, 9, 30)
PATIENCE = 60  # seconds until a sender has begun, on a busy machine


def subscribe_all(database: Database, clock: FixedClock, readers: int) -> None:
    row = {"state": "confirmed", "size": 3, "hour": 7, "timezone": "UTC", "days": "daily", "token_key": "k"}
    row |= {"created_at": clock.now(), "asked_at": clock.now(), "confirmed_at": clock.now()}
    with database.write() as connection:
        connection.execute(
            insert(subscription),
            [{**row, "address": f"reader{n}@example.org", "address_key": str(n)} for n in range(readers)],
        )


def kill_once(database: Database, smtp_url: str, came: Callable[[], int], mails: int, later: float = 0) -> None:
    """Start a sender, and kill it so many seconds after so many mails have come in all; its lease is taken from it."""
    url = database.engine.url.render_as_string(hide_password=False)
    sender = subprocess.Popen([sys.executable, "-m", "tests.faults.digest_sender", url, smtp_url], cwd=ROOT)
    deadline = time.monotonic() + PATIENCE
    while came() < mails and sender.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(later)
    sender.kill()
    sender.wait()
    let_the_lease_run_out(database)


def let_the_lease_run_out(database: Database) -> None:
    with database.write() as connection:  # the clock of the story stands still
        connection.execute(delete(lease))


def test_kill_nine_in_the_middle_leaves_nobody_out_and_mails_nobody_thrice(
    database: Database, clock: FixedClock
) -> None:
    with smtp_server() as server:
        server.on_data = lambda _: time.sleep(0.005)
        room = press(database, server.url)
        subscribe_all(database, clock, READERS)
        assert room.digests.queue_due() == READERS
        for mails in KILLED_AFTER:
            kill_once(database, server.url, lambda: len(server.mails), mails)
        assert len(server.mails) < READERS
        room.digests.send_due()
        assert room.digests.send_due().sentence == ""
        tally = Counter(server.recipients)
    assert len(tally) == READERS
    assert max(tally.values()) <= 2
    # What a kill can hide is what was on its way over a connection, or had just been taken.
    assert len(server.recipients) - READERS <= 2 * CONNECTIONS * len(KILLED_AFTER)
    assert set(room.states()) <= {"accepted", "unsure"}
    twice = [mail["Message-ID"] for mail in server.mails if tally[str(mail["To"])] == 2]
    assert len(twice) == 2 * len(set(twice)), "both bear one Message-ID"
