"""The database fails while digests go out over SMTP: its disk is full, or another process keeps it locked.

At the moment of the fault some deliveries are on their way; how many, their rows say. Those may come twice, all others
come once, and nobody is left out.
"""

import resource
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from tests.digests.newsroom import Newsroom
from tests.faults.digest_sender import CONNECTIONS, press
from tests.faults.test_digest_killed import PATIENCE, ROOT, let_the_lease_run_out, subscribe_all
from tests.mail.servers import Mailbox, smtp_server

READERS = 40
BEFORE = 12  # mails that the server has been offered when the fault begins
_NO_ROOM = 4096  # bytes that a file may have then: less than any the database writes to


def at_offer(number: int, act: Callable[[], object]) -> Callable[[str], None]:
    """Return a hook for the server that acts when a mail is offered for the so-manieth time, before it answers."""
    offers = 0

    def hook(_recipient: str) -> None:
        nonlocal offers
        offers += 1
        if offers == number:
            act()

    return hook


def nobody_is_left_out(room: Newsroom, server: Mailbox, before: int) -> None:
    """Mend the fault, send what is left, and hold what came against what the rows said when it began."""
    states = Counter(room.states())
    hidden = states["sending"]
    assert hidden <= 2 * CONNECTIONS
    assert before < READERS
    assert states["accepted"] + hidden >= before  # whatever came is told as accepted, or may be on its way
    let_the_lease_run_out(room.database)
    server.on_rcpt = lambda _: None
    room.digests.send_due()
    assert room.digests.send_due().sentence == ""
    tally = Counter(server.recipients)
    assert len(tally) == READERS
    assert max(tally.values()) <= 2
    assert len(server.recipients) - READERS <= hidden
    assert set(room.states()) == {"accepted"}


def test_a_full_disk_in_the_middle(sqlite: Database, clock: FixedClock) -> None:
    url = sqlite.engine.url.render_as_string(hide_password=False)
    with smtp_server() as server:
        room = press(sqlite, server.url)
        subscribe_all(sqlite, clock, READERS)
        assert room.digests.queue_due() == READERS
        started = Event()
        server.on_rcpt = at_offer(BEFORE, lambda: started.wait(PATIENCE) and fill(sender.pid))
        words = [sys.executable, "-m", "tests.faults.digest_sender", url, server.url]
        sender = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        started.set()
        _, told = sender.communicate(timeout=PATIENCE * 4)
        assert sender.returncode == 1
        assert "OperationalError" in told
        nobody_is_left_out(room, server, len(server.mails))


def test_a_database_that_another_process_keeps_locked(sqlite: Database, clock: FixedClock) -> None:
    path = Path(str(sqlite.engine.url.database))
    with smtp_server() as server:
        room = press(sqlite, server.url)
        subscribe_all(sqlite, clock, READERS)
        assert room.digests.queue_due() == READERS
        other = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        server.on_rcpt = at_offer(BEFORE, lambda: _lock(other))
        _lose_patience(sqlite)
        with pytest.raises(OperationalError, match="locked"):
            room.digests.send_due()
        other.close()
        nobody_is_left_out(room, server, len(server.mails))


def test_a_database_that_is_locked_for_a_while_holds_up_and_loses_nothing(sqlite: Database, clock: FixedClock) -> None:
    path = Path(str(sqlite.engine.url.database))
    with smtp_server() as server:
        room = press(sqlite, server.url)
        subscribe_all(sqlite, clock, READERS)
        assert room.digests.queue_due() == READERS
        other = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        free = Timer(0.2, other.execute, ["ROLLBACK"])

        def lock_for_a_while() -> None:
            _lock(other)
            free.start()

        server.on_rcpt = at_offer(BEFORE, lock_for_a_while)
        assert room.digests.send_due().accepted == READERS
        free.join()
        other.close()
    assert Counter(server.recipients) == {f"reader{n}@example.org": 1 for n in range(READERS)}


def fill(process: int) -> None:
    """Let the files of a process grow no more, as on a disk without room."""
    _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (_NO_ROOM, most))


def _lock(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")


def _lose_patience(database: Database) -> None:
    """Let the database give up at once where it would wait for half a minute."""
    database.close()

    @event.listens_for(database.engine, "connect")
    def _at_once(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=0")
