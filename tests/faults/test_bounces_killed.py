import random
import subprocess
import sys
import time
from pathlib import Path

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail import tally
from broadsheet.mail.returned.maildir import Maildir
from broadsheet.mail.suppression import Suppressions
from tests.digests.newsroom import TODAY, newsroom
from tests.faults.bounce_reader import intake
from tests.faults.test_digest_killed import PATIENCE, ROOT, let_the_lease_run_out, subscribe_all
from tests.mail.returned.reports import dsn

READERS = 60
KILLS, EACH = 4, 8  # mails that are read before a kill
AFTER = 6  # mails that it can come in the middle of: READERS are more than all together


def test_kill_nine_while_bounces_are_read_loses_none_and_counts_none_twice(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    room = newsroom(database, clock)
    room.press.publish(TODAY, lead=1, trending=[2, 3])
    subscribe_all(database, clock, READERS)
    assert room.tick() == READERS
    for name in ("tmp", "new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    for number, sender in enumerate(room.tray.senders):
        (tmp_path / "box" / "new" / f"{number:03}.mx").write_bytes(dsn(sender))
    url, chance = database.engine.url.render_as_string(hide_password=False), random.Random(7)
    for kill in range(1, KILLS + 1):
        reader = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.bounce_reader", url, str(tmp_path / "box")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )
        assert reader.stdin
        reader.stdin.write(bytes(EACH + AFTER))
        reader.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while _read(tmp_path) < kill * EACH and reader.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.02)
        reader.kill()
        reader.communicate()
        let_the_lease_run_out(database)
    assert 0 < _read(tmp_path) < READERS, "it was killed in the middle"
    intake(database, Maildir(tmp_path / "box")).take_in()
    assert _read(tmp_path) == READERS
    assert Suppressions(database, clock).counts() == {"bounced": READERS}
    with database.read() as connection:
        found = tally.by_domain(connection, TODAY)["example.org"]
    assert (found.bounced, found.gone) == (READERS, READERS)
    assert set(room.states()) == {"bounced"}


def _read(home: Path) -> int:
    return sum(1 for _ in (home / "box" / "cur").iterdir())
