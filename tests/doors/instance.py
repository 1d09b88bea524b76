"""Runs Broadsheet as a person would: the installed command, in a process and a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

COMMAND = Path(sys.executable).parent / "broadsheet"
# Nothing listens on the discard port: asking it stands for a machine without a network.
NOWHERE = "http://127.0.0.1:9"
# Below those that the system gives to whoever asks for any port: between the look and the use nobody is given it.
# Processes that were started one after another begin a hundred apart.
_FIRST_PORT, _PORTS = 11_000, 20_000  # browsers refuse some below
_next_port = count(os.getpid() * 101)
# How long a process or a page may take on a machine that does much else.
PATIENCE = 60.0  # seconds


def environment(home: Path, **settings: object) -> dict[str, str]:
    """Return an environment that holds this instance's settings and none of the tester's own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    offline: dict[str, object] = {"hf_url": NOWHERE, "arxiv_url": NOWHERE, "arxiv_interval": 0, "artefact_checks": 0}
    offline |= {"allow_private_addresses": "true", "home": home}
    return own | {f"BROADSHEET_{name.upper()}": str(value) for name, value in (offline | settings).items()}


def command(*words: str, env: Mapping[str, str], status: int = 0, timeout: float = 300) -> str:
    """Run `broadsheet words…`, insist on its exit status and return what it printed to standard output."""
    done = subprocess.run([COMMAND, *words], env=env, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == status, f"broadsheet {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Running:
    """An instance that serves; `url` has no slash at the end."""

    url: str
    home: Path
    env: Mapping[str, str]
    log: Path

    def get(self, path: str) -> str:
        """Return the page at `path`."""
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:  # noqa: S310 - our own loopback address
            text: str = answer.read().decode()
        return text


@contextmanager
def running(home: Path, *flags: str, **settings: object) -> Iterator[Running]:
    """Run `broadsheet up` until the block ends; fails with its log if it does not answer within two minutes."""
    port = free_port()
    env = environment(home, port=port, **settings)
    log = home.with_name(f"{home.name}-{port}.log")
    with log.open("w") as out:
        process = subprocess.Popen([COMMAND, "up", *flags], env=env, stdout=out, stderr=subprocess.STDOUT)
    found = Running(f"http://127.0.0.1:{port}", home, env, log)
    try:
        _await_answer(found, process)
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a loopback port that is free, and that nobody is given who asks for any."""
    for n in _next_port:
        port = _FIRST_PORT + n % _PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def _await_answer(instance: Running, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, f"it ended at once:\n{instance.log.read_text()}"
        try:
            instance.get("/healthz")
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer within two minutes:\n{instance.log.read_text()}")
