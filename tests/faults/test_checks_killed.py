"""Kill -9 in the middle of asking for artefacts: what was answered is kept, and the rest is asked for later."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Artefact
from tests.faults.artefact_checker import checks
from tests.faults.test_digest_killed import let_the_lease_run_out
from tests.invented import record
from tests.reuse.hosts import Hosts, model
from tests.sources.servers import serving

ROOT = Path(__file__).parents[2]
MODELS = 80
KILLED_AFTER = (5, 17, 40)


def test_kill_nine_in_the_middle_loses_no_answer_and_asks_hardly_anything_twice(
    database: Database, clock: FixedClock
) -> None:
    names = [f"quill/loom-{n}b" for n in range(MODELS)]
    urls = [f"https://huggingface.co/{name}" for name in names]
    Catalogue(database, clock).add([record(n, artefacts=(Artefact("model", url),)) for n, url in enumerate(urls)])
    hosts = Hosts(there={f"/api/models/{name}": model(name) for name in names})
    with serving(hosts.app()) as hub:
        url = database.engine.url.render_as_string(hide_password=False)
        for asked in KILLED_AFTER:
            before = len(hosts.asked)
            command = [sys.executable, "-m", "tests.faults.artefact_checker", url, hub]
            checker = subprocess.Popen(command, cwd=ROOT)
            deadline = time.monotonic() + 30
            while len(hosts.asked) < before + asked and checker.poll() is None and time.monotonic() < deadline:
                time.sleep(0.001)
            checker.kill()
            checker.wait()
            let_the_lease_run_out(database)
            found = checks(database, hub).of(urls)
            assert all(check.state == "alive" and check.facts.likes == 12 for check in found.values())
        while checks(database, hub).check_due().alive:
            pass
        assert len(checks(database, hub).of(urls)) == MODELS
    often = Counter(hosts.asked)
    # What was asked for and not yet written down when the process was killed is asked for once more.
    assert sum(count - 1 for count in often.values()) <= len(KILLED_AFTER)
