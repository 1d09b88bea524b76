"""Serves an instance as `broadsheet up` does, in processes of its own, for benchmarks that ask it over HTTP."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAIN = "from broadsheet.cli import main; main()"


@contextmanager
def served(home: Path, *flags: str, **settings: str) -> Iterator[int]:
    """Run `broadsheet up` on the instance in `home` until the block ends; yields its port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {f"BROADSHEET_{name.upper()}": value for name, value in settings.items()}
    server = subprocess.Popen(
        [sys.executable, "-c", MAIN, "up", "--port", str(port), *flags],
        env={**os.environ, "BROADSHEET_HOME": str(home), "OMP_NUM_THREADS": "1", **given},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def status_of(connection: http.client.HTTPConnection, path: str) -> int:
    """Ask for `path`, read all of the answer, and return its status."""
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            if status_of(http.client.HTTPConnection("127.0.0.1", port, timeout=30), "/readyz") == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")
