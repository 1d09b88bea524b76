"""An editor's page is out whole or not at all, whenever the process that publishes it is killed."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import edition, edition_draft, edition_draft_pick, edition_place, signal
from tests.conftest import NOON
from tests.faults.page_publisher import PICKS, press

ROOT = Path(__file__).parents[2]
KILLED_AFTER = (1, 7, 20)  # editions
PATIENCE = 60  # seconds until a publisher has begun, on a busy machine


def editions_in(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(edition)).scalar_one())


def kill_once(database: Database, after: int, later: float) -> None:
    """Start a publisher, and kill it so many seconds after there are so many editions in all."""
    url = database.engine.url.render_as_string(hide_password=False)
    publisher = subprocess.Popen([sys.executable, "-m", "tests.faults.page_publisher", url], cwd=ROOT)
    deadline = time.monotonic() + PATIENCE
    while editions_in(database) < after and publisher.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(later)
    publisher.kill()
    publisher.wait()


def test_kill_nine_in_the_middle_leaves_whole_pages_and_every_draft(database: Database, clock: FixedClock) -> None:
    for n, after in enumerate(KILLED_AFTER):
        kill_once(database, after, 0.003 * n)
    out = editions_in(database)
    assert out >= KILLED_AFTER[-1]
    with database.read() as connection:
        numbers = list(connection.scalars(select(edition.c.number).order_by(edition.c.starts_on)))
        chosen = select(edition_place.c.edition_id, edition_place.c.paper_id).where(edition_place.c.chosen)
        places = connection.execute(chosen).all()
        drafts = connection.execute(select(func.count()).select_from(edition_draft)).scalar_one()
        picks = connection.execute(select(func.count()).select_from(edition_draft_pick)).scalar_one()
        told = connection.execute(
            select(signal.c.paper_id, func.max(signal.c.value), func.count())
            .where(signal.c.kind == "picks")
            .group_by(signal.c.paper_id)
        ).all()
    assert numbers == list(range(1, out + 1)), "no number is left out or given twice"
    assert set(Counter(row.edition_id for row in places).values()) == {PICKS}
    assert drafts in (out, out + 1), "the last may be saved and not yet out"
    assert picks == drafts * PICKS
    times = Counter(row.paper_id for row in places)
    assert {row[0]: (row[1], row[2]) for row in told} == {paper: (n, n) for paper, n in times.items()}
    clock.move_to(NOON)
    _, editions, desk = press(database, clock)
    assert editions.publish_due(ready=True) is None, "the first day is out, and stays so"
    assert desk.draft(editions.today().span).picks
