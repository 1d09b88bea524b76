"""The documents say what the program does: walked from the program's own registries, not from a list kept by hand."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import typer

from broadsheet.cli.main import program
from broadsheet.errors import BroadsheetError

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def _commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not hasattr(command, "commands"):
        return [path]
    return [found for name, inner in command.commands.items() for found in _commands(inner, (*path, name))]


def test_every_command_stands_in_the_documents() -> None:
    page = (ROOT / "docs" / "commands.md").read_text()
    assert runpy.run_path(str(ROOT / "tools" / "commands_page.py"))["page"]() == page


def test_every_command_that_the_documents_name_exists() -> None:
    known = {" ".join(path) for path in _commands(typer.main.get_command(program))}
    nouns = {path.split()[0] for path in known}
    known |= {" ".join(path[:-1]) for path in _commands(typer.main.get_command(program))}  # a noun within a noun
    named = re.compile(r"`(?:\S*/)?broadsheet ((?:[a-z]+)(?: [a-z-]+)?)")
    for page in PAGES:
        for said in named.findall(page.read_text()):
            words = said.split()
            assert words[0] in nouns, (page.name, said)
            assert words[0] in known or " ".join(words[:2]) in known or len(words) == 1, (page.name, said)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_between_documents_is_broken(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_error_is_drawn_in_the_tree() -> None:
    from broadsheet import errors

    assert errors.__doc__
    for kind in BroadsheetError.__subclasses__():
        if kind.__module__ == errors.__name__:
            assert kind.__name__ in errors.__doc__
