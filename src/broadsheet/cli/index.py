"""`broadsheet index`: how the index stands, whether it agrees with the database, and making it anew."""

from dataclasses import asdict
from typing import Annotated

import typer

from broadsheet.cli.progress import counting
from broadsheet.cli.terminal import fail, instance, say, say_json

commands = typer.Typer(help="The search index, made from the database.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command()
def status(json: Json = False) -> None:
    """Say what the index holds and how far behind the database it is."""
    with instance() as app:
        found = app.index.status()
    if json:
        say_json(asdict(found))
    else:
        say(found.sentence)


@commands.command()
def check(json: Json = False) -> None:
    """Compare the index with the database; exit status 1 if they disagree."""
    with instance() as app:
        app.index.catch_up()
        faults = app.index.check()
    if json:
        say_json({"faults": faults})
    else:
        for fault in faults:
            say(fault)
        if not faults:
            say("The index and the database agree.")
    if faults:
        fail()


@commands.command()
def upgrade() -> None:
    """Re-encode all papers with the encoder of the settings, then change over; searches go on meanwhile."""
    with instance() as app:
        with counting("Re-encoding") as progress:
            app.index.upgrade(progress=progress)
        say(app.index.status().sentence)


@commands.command()
def rebuild() -> None:
    """Make the index anew beside the old one, then swap; searches go on meanwhile."""
    with instance() as app:
        with counting("Indexing") as progress:
            app.index.rebuild(progress)
        say(app.index.status().sentence)
