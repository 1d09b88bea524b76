"""The command line, called in process: what it prints and its exit status, on a home of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broadsheet.cli.main import program
from broadsheet.clock import SystemClock
from tests.conftest import furnish
from tests.doors.instance import environment

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, shelved_home: Path, first_call: Call) -> Call:
    """As `first_call`, on a home whose shelf is loaded and indexed: it takes a third of the time."""
    furnish(tmp_path / "home", shelved_home)
    return first_call


@pytest.fixture
def first_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that runs one command and returns status, standard output and standard error.

    The first command finds no home yet. Between two tries of what is not there no time is lost.
    """
    monkeypatch.setattr(SystemClock, "sleep", lambda _clock, _seconds: None)
    runner, env = CliRunner(), environment(tmp_path / "home")

    def run(*words: str, **more: str) -> tuple[int, str, str]:
        done = runner.invoke(program, list(words), env=env | more)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run
