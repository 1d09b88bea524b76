import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Call


@pytest.fixture
def taken() -> Iterator[int]:
    """A loopback port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_told_with_the_next_free_one(call: Call, taken: int) -> None:
    status, out, err = call("up", "--port", str(taken))
    assert (status, out) == (1, "")
    assert f"Port {taken} on 127.0.0.1 is taken" in err
    named = re.search(r"Port (\d+) is free: broadsheet up --port (\d+)", err)
    assert named
    assert named[1] == named[2]
    assert taken < int(named[1]) <= taken + 100
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(named[1])))


def test_a_port_from_the_settings_is_looked_at_too(call: Call, taken: int) -> None:
    status, _, err = call("up", BROADSHEET_PORT=str(taken))
    assert status == 1
    assert f"Port {taken} on 127.0.0.1 is taken" in err


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_not_called_taken(call: Call, host: str) -> None:
    status, out, err = call("up", "--host", host)
    assert (status, out) == (1, "")
    assert err.startswith(f"Nothing can listen on {host}, port 8080: ")
    assert "--host" in err
    assert "taken" not in err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_a_wrong_call(call: Call, port: str) -> None:
    status, _, err = call("up", "--port", port)
    assert status == 2
    assert "--port" in err


def test_help_answers_without_the_heavy_parts() -> None:
    asked = """
import sys
from broadsheet.cli import main
sys.argv = ["broadsheet", *sys.argv[1:]]
try:
    main()
finally:
    print("\\nloaded:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""
    heavy = {"faiss", "tantivy", "sqlalchemy", "numpy", "fastapi", "uvicorn", "alembic", "httpx", "lxml"}
    for words in (["--help"], ["up", "--help"], ["papers", "import", "--help"], ["--version"]):
        done = subprocess.run(
            [sys.executable, "-c", asked, *words], capture_output=True, text=True, timeout=120, check=True
        )
        shown, _, loaded = done.stdout.rpartition("loaded:")
        assert "broadsheet" in shown
        assert not heavy & set(loaded.split()), words


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_number_of_workers_that_makes_no_sense_is_a_wrong_call(call: Call, workers: str) -> None:
    status, _, err = call("up", "--workers", workers)
    assert status == 2
    assert "--workers" in err
