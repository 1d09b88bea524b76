"""Kill -9 in the middle of `broadsheet papers remerge`: it goes on where it was, and the works are the same."""

import random
import signal
import subprocess
import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.database.schema import record_key, source_record
from broadsheet.papers import evidence
from broadsheet.papers.catalogue import Catalogue
from tests.doors.instance import COMMAND, command, environment
from tests.faults.test_import_killed import rows_in
from tests.invented import record

WORKS = 3_000
KILLS = 3


def _unmerged(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill an instance as rules that join nothing would have, without any keys: a database of long ago."""
    database = Database(f"sqlite:///{home / 'broadsheet.db'}")
    migrate(database)
    catalogue = Catalogue(database, SystemClock())
    with monkeypatch.context() as before:
        before.setattr(evidence, "reason", lambda _a, _b: None)
        for start in range(0, WORKS, 1_000):
            works = range(start, start + 1_000)
            catalogue.add([record(n) for n in works])
            catalogue.add(
                [record(n, source="journal", key=f"j{n}", identifiers=(), published=date(2026, 4, 1)) for n in works]
            )
    with database.write() as connection:
        connection.execute(delete(record_key))
    database.close()


def test_a_killed_remerge_goes_on_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = environment(home, sources="[]")
    _unmerged(home, monkeypatch)
    chance = random.Random(3)
    killed = 0
    for _ in range(KILLS):
        before = rows_in(home, "record_key")
        process = subprocess.Popen(
            [COMMAND, "papers", "remerge"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while rows_in(home, "record_key") <= before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    assert killed, "it was done before it could be killed"
    command("papers", "remerge", env=env)
    database = Database(f"sqlite:///{home / 'broadsheet.db'}")
    with database.read() as connection:
        rows = connection.execute(select(source_record.c.source, source_record.c.key, source_record.c.paper_id)).all()
    database.close()
    home_of = {(row.source, row.key): row.paper_id for row in rows if row.source != "shelf"}
    assert len(home_of) == 2 * WORKS
    assert all(home_of["journal", f"j{n}"] == home_of["arxiv", record(n).key] for n in range(WORKS))
    assert len(set(home_of.values())) == WORKS
    assert "agree" in command("index", "check", env=env)
