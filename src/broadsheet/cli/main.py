"""The top level of the command line: the nouns, and the commands that have none."""

from typing import Annotated

import typer

from broadsheet import __version__
from broadsheet.cli import (
    digests,
    editions,
    evaluation,
    index,
    mail,
    merging,
    papers,
    readers,
    searching,
    serving,
    sources,
    trending,
)
from broadsheet.cli.terminal import instance, say, say_json
from broadsheet.cli.terminal import settings as read_settings

program = typer.Typer(
    name="broadsheet",
    help="The morning paper for research: harvest, search by meaning, a front page a day, digests by mail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for verb in (merging.merges, merging.split, merging.merge, merging.remerge, merging.duplicates):
    papers.commands.command()(verb)
program.add_typer(papers.commands, name="papers")
program.add_typer(sources.commands, name="sources")
program.add_typer(index.commands, name="index")
program.add_typer(editions.commands, name="editions")
program.add_typer(trending.commands, name="trending")
program.add_typer(digests.commands, name="digests")
program.add_typer(readers.commands, name="readers")
program.add_typer(mail.commands, name="mail")
program.command("up")(serving.up)
program.command("search")(searching.search)
program.command("evaluate")(evaluation.evaluate)

_settings = typer.Typer(help="The instance's settings.", no_args_is_help=True)
program.add_typer(_settings, name="settings")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command line."""
    program()


def _version(asked: bool) -> None:
    if asked:
        say(f"broadsheet {__version__}")
        raise typer.Exit


@program.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@program.command()
def tick(json: Json = False) -> None:
    """Do all work that is due now, once: harvest, index, trending, edition, digests, change of encoder. For cron."""
    from broadsheet.jobs.ticks import run_all

    with instance() as app:
        outcomes = run_all(app.ticks())
    if json:
        say_json([{"tick": o.name, "said": o.said, "failed": o.failed} for o in outcomes])
    else:
        for outcome in outcomes:
            say(f"{outcome.name:10} {outcome.said or 'nothing to do'}")
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(1)


@_settings.command("show")
def settings_show(json: Json = False) -> None:
    """Show every setting, its value and what it is for; secrets in URLs are blanked."""
    from broadsheet.search.weights import known
    from broadsheet.settings import Settings, blanked

    values = blanked(read_settings())
    if json:
        say_json(values)
        return
    for name, field in Settings.model_fields.items():
        say(f"BROADSHEET_{name.upper()} = {values[name]!r}\n    {field.description}")
    say("\nWeights of fusion, by encoder (fit your own with `broadsheet evaluate DIR… --fit`):")
    for fit in known(read_settings().home).fits:
        say(f"    {fit.encoder}: {fit.sentence}")
