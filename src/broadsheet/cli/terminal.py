"""How commands speak: JSON for programs, lines for people, one sentence for an error; and how they get the instance.

Standard output carries the answer alone; progress and errors go to standard error, so that pipes stay clean.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Any

import typer

from broadsheet.errors import BroadsheetError

if TYPE_CHECKING:
    from broadsheet.app import App
    from broadsheet.settings import Settings


def say(text: str = "") -> None:
    """Print one line of the answer."""
    typer.echo(text)


def note(text: str) -> None:
    """Print one line beside the answer."""
    typer.echo(text, err=True)


def say_json(value: Any) -> None:
    """Print the answer as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def settings(**given: object) -> "Settings":
    """Read the settings; a bad one ends the command with its name and what is wrong with it."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from broadsheet import settings as declared

    try:
        return declared.load(**given)
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"])
            note(f"BROADSHEET_{name.upper()}: {fault['msg'].removeprefix('Value error, ')}")
        raise typer.Exit(2) from error
    except SettingsError as error:
        note(f"{str(error).capitalize()}. Write it as JSON, such as " + '{"NAME": {"OPTION": "VALUE"}}.')
        raise typer.Exit(2) from error
    except TOMLDecodeError as error:
        note(f"broadsheet.toml in the instance's home is no TOML: {error}.")
        raise typer.Exit(2) from error


@contextmanager
def instance(**given: object) -> Iterator["App"]:
    """Yield the wired instance; errors of the domain become one sentence and exit status 1."""
    from broadsheet import app, logs

    chosen = settings(**given)
    logs.configure(json=chosen.log_json)
    with told():
        try:
            built = app.build(chosen)
        except OSError as error:
            note(f"The home {chosen.home} cannot be used: {error.strerror}. Choose another folder in BROADSHEET_HOME.")
            raise typer.Exit(1) from error
        try:
            yield built
        finally:
            built.close()


@contextmanager
def told() -> Iterator[None]:
    """Turn an error of the domain into one sentence on standard error and exit status 1."""
    try:
        yield
    except BroadsheetError as error:
        note(error.message)
        raise typer.Exit(1) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write `path` into one sentence on standard error and exit status 1."""
    try:
        yield
    except OSError as error:
        note(f"{path} cannot be written: {error.strerror}.")
        raise typer.Exit(1) from error


def fail() -> None:
    """End the command with status 1; what failed has been told already."""
    sys.stdout.flush()
    raise typer.Exit(1)
