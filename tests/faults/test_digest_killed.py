import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import delete, insert

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import lease, subscription
from tests.faults.digest_sender import press
from tests.mail.servers import smtp_server

ROOT = Path(__file__).parents[2]
READERS = 60
KILLED_AFTER = (9, 30)


def subscribe_all(database: Database, clock: FixedClock) -> None:
    row = {"state": "confirmed", "size": 3, "hour": 7, "timezone": "UTC", "days": "daily", "token_key": "k"}
    row |= {"created_at": clock.now(), "asked_at": clock.now(), "confirmed_at": clock.now()}
    with database.write() as connection:
        connection.execute(
            insert(subscription),
            [{**row, "address": f"reader{n}@example.org", "address_key": str(n)} for n in range(READERS)],
        )


def let_the_lease_run_out(database: Database) -> None:
    with database.write() as connection:  # the clock of the story stands still
        connection.execute(delete(lease))


def test_kill_nine_in_the_middle_mails_nobody_twice(database: Database, clock: FixedClock) -> None:
    with smtp_server() as server:
        server.on_data = lambda _: time.sleep(0.005)
        room = press(database, server.url)
        subscribe_all(database, clock)
        assert room.digests.queue_due() == READERS
        url = database.engine.url.render_as_string(hide_password=False)
        for mails in KILLED_AFTER:
            command = [sys.executable, "-m", "tests.faults.digest_sender", url, server.url]
            sender = subprocess.Popen(command, cwd=ROOT)
            deadline = time.monotonic() + 30
            while len(server.mails) < mails and time.monotonic() < deadline:
                time.sleep(0.001)
            sender.kill()
            sender.wait()
            let_the_lease_run_out(database)
        assert READERS > len(server.mails) >= KILLED_AFTER[-1]
        room.digests.send_due()
        let_the_lease_run_out(database)
        assert room.digests.send_due().accepted == 0
        tally = Counter(server.recipients)
    states = Counter(room.states())
    assert set(tally.values()) == {1}
    # Each kill can hide one mail at most, and that one is told as unsure.
    assert states["accepted"] + states["unsure"] == READERS
    assert READERS - len(KILLED_AFTER) <= states["accepted"] <= len(tally)
