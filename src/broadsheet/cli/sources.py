"""`broadsheet sources`: what can be harvested, how it stands, and a harvest by hand."""

from typing import Annotated

import typer

from broadsheet.cli.terminal import fail, instance, note, say, say_json

commands = typer.Typer(help="Where papers come from.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command("list")
def list_(json: Json = False) -> None:
    """List the sources that this instance harvests."""
    with instance() as app:
        health = app.harvester.status()
    if json:
        say_json([{"name": source.name, "title": source.title} for source in health])
        return
    for source in health:
        say(f"{source.name:8} {source.title}")


@commands.command()
def status(json: Json = False) -> None:
    """Say of each source when it last worked, what it brought and what went wrong."""
    from dataclasses import asdict

    with instance() as app:
        health = app.harvester.status()
    if json:
        say_json([asdict(source) for source in health])
        return
    for source in health:
        say(f"{source.name:8} {source.sentence}")


@commands.command()
def harvest(
    names: Annotated[list[str] | None, typer.Argument(help="Sources by name; none: all of this instance.")] = None,
    json: Json = False,
) -> None:
    """Harvest now, from where the last harvest stopped."""
    from dataclasses import asdict

    from broadsheet.cli.progress import counting
    from broadsheet.errors import BroadsheetError

    reports, failed = [], False
    with instance() as app:
        for name in names or [source.name for source in app.harvester.status()]:
            try:
                with counting(f"Harvesting {name}") as progress:
                    reports.append(app.harvester.harvest(name, progress))
            except BroadsheetError as error:
                note(f"{name}: {error.message}")
                failed = True
        app.index.catch_up()
        app.trending.refresh()
    if json:
        say_json([asdict(report) for report in reports])
    else:
        for report in reports:
            say(report.sentence)
    if failed:
        fail()
