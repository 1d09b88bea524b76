"""Two processes on one home at once: one works, the other waits or says so, and nothing is doubled."""

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import Response

from broadsheet.app import App, build
from broadsheet.clock import SystemClock
from broadsheet.settings import load
from tests.doors.instance import COMMAND, PATIENCE, environment
from tests.sources.servers import Fault, Script, arxiv_app, oai_record, serving

PAGES = [[oai_record(n) for n in range(page * 20, page * 20 + 20)] for page in range(4)]
RECORDS = 80
SHELF = 74


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def upstream(script: Script) -> Iterator[str]:
    today = f"{SystemClock().now():%Y-%m-%dT%H:%M:%SZ}"  # tokens of another day are not used
    with serving(arxiv_app(script, PAGES, delay=0.1, response_date=today)) as base:
        yield f"{base}/oai"


def start(env: dict[str, str], *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([COMMAND, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcome(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Wait for the end; return status, standard output and standard error."""
    out, err = process.communicate(timeout=2 * PATIENCE)
    return process.returncode, out, err


def held_back(until: threading.Event) -> Fault:
    """Answer as usual, but not before `until` is set."""

    def wait(body: bytes, media_type: str) -> Response:
        assert until.wait(2 * PATIENCE)
        return Response(body, media_type=media_type)

    return wait


def insist_on_each_paper_once(app: App) -> None:
    kept = Counter(
        record.key for paper in app.catalogue.by_source("arxiv", 1_000) for record in app.catalogue.records_of(paper.id)
    )
    harvested = {key: times for key, times in kept.items() if key.startswith("2601.")}
    assert harvested == {f"2601.{n:05d}": 1 for n in range(RECORDS)}
    assert app.catalogue.count() == SHELF + RECORDS
    app.index.catch_up()
    page = app.search.search("counting tide tables", limit=100)
    ids = [hit.paper.id for hit in page.hits]
    assert len(ids) == len(set(ids)) > 20


def test_two_ticks_at_once_on_a_home_that_is_new(tmp_path: Path, upstream: str, script: Script) -> None:
    env = environment(tmp_path / "home", arxiv_url=upstream, sources='["arxiv"]')
    ticked = []
    for status, out, err in map(outcome, [start(env, "tick"), start(env, "tick")]):
        assert status == 0, out + err
        assert "Traceback" not in err
        ticked.append([line.split()[0] for line in out.splitlines()])
    assert len([asked for asked in script.asked if "resumptionToken" not in asked]) == 1, "both harvested"
    assert len(script.asked) == len(PAGES)
    app = build(load(home=tmp_path / "home", sources=()))
    assert ticked == [[tick.name for tick in app.ticks()]] * 2
    insist_on_each_paper_once(app)
    assert app.index.status().sentence
    assert len(app.editions.dates(limit=10)) <= 1
    app.close()


def test_two_harvests_of_one_source_at_once(tmp_path: Path, upstream: str, script: Script) -> None:
    home = tmp_path / "home"
    build(load(home=home, sources=())).close()
    env = environment(home, arxiv_url=upstream, sources='["arxiv"]')
    second_is_done = threading.Event()
    script.faults.append(held_back(second_is_done))
    first = start(env, "sources", "harvest", "arxiv")
    waited = time.monotonic() + PATIENCE
    while not script.asked:
        assert first.poll() is None, outcome(first)
        assert time.monotonic() < waited, "the first never asked"
        time.sleep(0.01)
    try:
        status, out, err = outcome(start(env, "sources", "harvest", "arxiv"))
    finally:
        second_is_done.set()
    assert (status, out) == (1, "")  # asked by hand for a harvest that it did not make
    assert "arXiv is being asked by another process already" in err
    status, out, err = outcome(first)
    assert (status, out, err) == (0, f"arXiv: {RECORDS} new, 0 changed, 0 unchanged.\n", "")
    assert len(script.asked) == len(PAGES)
    app = build(load(home=home, sources=()))
    insist_on_each_paper_once(app)
    app.close()
