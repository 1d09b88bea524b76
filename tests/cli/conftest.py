"""The command line, called in process: what it prints and its exit status, on a home of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broadsheet.cli.main import program
from tests.doors.instance import environment

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Return a function that runs one command and returns status, standard output and standard error."""
    runner, env = CliRunner(), environment(tmp_path / "home")

    def run(*words: str, **more: str) -> tuple[int, str, str]:
        done = runner.invoke(program, list(words), env=env | more)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run
