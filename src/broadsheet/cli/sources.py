"""`broadsheet sources`: what can be harvested, how it stands, and a harvest by hand."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.cli.terminal import fail, instance, note, say, say_json

if TYPE_CHECKING:
    from broadsheet.app import App
    from broadsheet.sources.health import HarvestReport

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
        say(f"{source.name:16} {source.title}")


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
        say(f"{source.name:16} {source.sentence}")
        for told in filter(None, (source.news, *(past.sentence for past in source.backfills))):
            say(f"{'':16} {told}")


@commands.command()
def harvest(
    names: Annotated[list[str] | None, typer.Argument(help="Sources by name; none: all of this instance.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Harvest the past, from this day on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Its last day; none: today.")
    ] = None,
    json: Json = False,
) -> None:
    """Harvest now, from where the last harvest stopped; or a range of days of the past, beside the daily harvest.

    A range that was cut off goes on where it was when the same is asked for again.
    """
    from dataclasses import asdict

    if until and not since:
        raise typer.BadParameter("it needs --from, the first day of the range", param_hint="--until")
    if since and not names:
        raise typer.BadParameter("name the source, as in: sources harvest arxiv --from 2026-01-01", param_hint="--from")
    with instance() as app:
        reports, failed = _harvested(app, names, since, until)
        app.index.catch_up()
        app.trending.refresh()
    if json:
        say_json([asdict(report) for report in reports])
    else:
        for report in reports:
            say(report.sentence)
    if failed:
        fail()


def _harvested(
    app: "App", names: list[str] | None, since: datetime | None, until: datetime | None
) -> tuple[list["HarvestReport"], bool]:
    """Harvest one source after another; returns what they brought, and whether one failed."""
    from broadsheet.cli.progress import counting
    from broadsheet.errors import BroadsheetError

    reports, failed = [], False
    for name in names or [source.name for source in app.harvester.status(counted=False)]:
        try:
            with counting(f"Harvesting {name}") as progress:
                if since:
                    last = (until or app.clock.now()).date()
                    reports.append(app.harvester.backfill(name, since.date(), last, progress))
                else:
                    reports.append(app.harvester.harvest(name, progress))
        except BroadsheetError as error:
            note(f"{name}: {error.message}")
            failed = True
    return reports, failed
