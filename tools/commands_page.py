"""Writes docs/commands.md from the command line's own help, so that the page cannot drift."""

from pathlib import Path
from typing import Any

import typer

from broadsheet.cli.main import program

PAGE = Path("docs/commands.md")


def page() -> str:
    """Return the page's text."""
    lines = [
        "# Commands",
        "",
        "`broadsheet <noun> <verb>`; `--help` after any of them says the same. Exit status: 0 done or nothing to do,",
        "1 some of it failed, 2 the call itself was wrong. Made by `make docs`.",
        "",
    ]
    top = typer.main.get_command(program)
    lines += _entries(top, "broadsheet")
    return "\n".join(lines) + "\n"


def _entries(command: Any, path: str) -> list[str]:
    if hasattr(command, "commands"):
        return [
            line for name in sorted(command.commands) for line in _entries(command.commands[name], f"{path} {name}")
        ]
    words = [f"## `{path}`", "", (command.help or "").replace("\n", " "), ""]
    for parameter in command.params:
        if parameter.param_type_name == "option":
            names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
            words.append(f"- {names}: {parameter.help or ''}")
        else:
            words.append(f"- `{(parameter.name or '').upper()}`: {getattr(parameter, 'help', '') or ''}")
    return [*words, ""]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
