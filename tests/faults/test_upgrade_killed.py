"""The encoder changes under a served instance: every search is answered, and a killed re-encoding goes on."""

import asyncio
import json
import signal
import subprocess
import threading
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from broadsheet.app import build
from broadsheet.search.upgrade import COMMIT_EVERY
from broadsheet.settings import load
from tests.doors.instance import COMMAND, PATIENCE, Running, command, environment, running
from tests.invented import record
from tests.sources.servers import serving

PAPERS = 1_000
BATCHES = 3  # of 64 papers; what is asked after them is held back until the worker was killed
DIMENSION = 48


def embedded(text: str) -> list[float]:
    """Return the sum of a chance vector for each word."""
    seeds = [zlib.crc32(word.encode()) for word in text.lower().split()] or [0]
    return np.sum([np.random.default_rng(seed).standard_normal(DIMENSION) for seed in seeds], axis=0).tolist()  # type: ignore[no-any-return]


@dataclass
class Model:
    """A server of embeddings that answers a few batches, and the others not before it may `go_on`.

    The last of the few is late, so that what was done is committed after it and the worker then waits to be killed.
    """

    url: str = ""
    go_on: bool = False
    batches: int = 0
    late: float = field(default_factory=lambda: 1.1 * COMMIT_EVERY.total_seconds())

    async def embeddings(self, request: Request) -> JSONResponse:
        texts = (await request.json())["input"]
        self.batches += len(texts) > 1
        if len(texts) > 1 and self.batches == BATCHES:
            await asyncio.sleep(self.late)
        while len(texts) > 1 and self.batches > BATCHES and not self.go_on:
            await asyncio.sleep(0.02)
        return JSONResponse({"data": [{"index": n, "embedding": embedded(text)} for n, text in enumerate(texts)]})


@pytest.fixture
def model() -> Iterator[Model]:
    found = Model()
    with serving(Starlette(routes=[Route("/v1/embeddings", found.embeddings, methods=["POST"])])) as base:
        found.url = f"{base}/v1"
        yield found
        found.go_on = True


@dataclass
class Reader:
    """Searches without a pause, and notes every answer that is none."""

    url: str
    answers: int = 0
    faults: list[str] = field(default_factory=list)

    def search(self) -> None:
        words = ("folding glass looms", "patience decides outcome", "quiet engines")[self.answers % 3]
        try:
            url = f"{self.url}/api/v1/search?q={words.replace(' ', '+')}"
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - our own loopback address
                found = json.loads(answer.read())
        except OSError as error:
            self.faults.append(f"answer {self.answers}: {error}")
            return
        self.answers += 1
        if len(found["results"]) < 10:
            self.faults.append(f"answer {self.answers}: {len(found['results'])} results")


@contextmanager
def reading(instance: Running) -> Iterator[Reader]:
    """Search in another thread for as long as the block runs."""
    reader, done = Reader(instance.url), threading.Event()

    def read() -> None:
        while not done.is_set():
            reader.search()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield reader
    finally:
        done.set()
        thread.join(2 * PATIENCE)


def status(env: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(command("index", "status", "--json", env=env))
    return found


def re_encoded(env: dict[str, str]) -> int:
    upgrade = status(env)["upgrade"]
    assert isinstance(upgrade, dict)
    return int(upgrade["done"])


def test_every_search_is_answered_while_the_encoder_changes_and_its_work_is_killed(
    tmp_path: Path, model: Model
) -> None:
    home = tmp_path / "home"
    app = build(load(home=home, sources=()))
    app.catalogue.add([record(n) for n in range(PAPERS)])
    app.index.catch_up()
    total = app.catalogue.count()
    app.close()
    chosen = {"encoder": model.url, "encoder_model": "bag", "sources": "[]"}
    env = environment(home, **chosen)
    assert (status(env)["encoder"], re_encoded(env)) == ("static-1", 0)
    with running(home, "--no-tick", **chosen) as instance, reading(instance) as reader:
        worker = subprocess.Popen([COMMAND, "index", "upgrade"], env=env, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 3 * PATIENCE
        while not re_encoded(env):
            assert worker.poll() is None, "it ended before it was killed"
            assert time.monotonic() < until, "nothing was re-encoded"
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        model.go_on = True
        kept, before = re_encoded(env), reader.answers
        assert 0 < kept < total
        assert f"{kept:,} of {total:,} papers are re-encoded by bag" in instance.get("/about/sources")
        said = command("index", "upgrade", env=env)
        assert f"{total:,} papers are indexed by bag, up to date" in said
        assert reader.answers > before > 0
        answered = reader.answers
        while reader.answers < answered + 5:  # by the new encoder alone
            assert not reader.faults
        assert "re-encoded" not in instance.get("/about/sources")
    assert reader.faults == []
    assert "agree" in command("index", "check", env=env)
    assert status(env) | {"bytes": 0} == {
        "papers": total,
        "change": status(env)["change"],
        "behind": 0,
        "encoder": "bag",
        "bytes": 0,
        "fault": None,
        "upgrade": None,
    }
    assert not list((home / "index").glob("next-*"))
