"""`broadsheet trending`: what the rising mark was learnt from, how far it can be believed, and its switch."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.terminal import instance, say, say_json

if TYPE_CHECKING:
    from broadsheet.trending.rising.learning import Fit
    from broadsheet.trending.rising.store import Switch

commands = typer.Typer(help="What trends, and which new papers may.", no_args_is_help=True)


@commands.callback()
def _noun() -> None:
    pass


@commands.command()
def rising(
    fit: Annotated[bool, typer.Option("--fit", help="Learn anew from this database first.")] = False,
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Mark new papers from the next tick on, or no longer.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the rising mark was learnt from and how its chances held; learn anew, switch it on or off."""
    with instance() as app:
        if fit:
            app.rising.fit()
        if on is not None:
            app.rising.switch(None, on=on)
        newest, switched = app.rising.newest(), app.rising.switched()
    if json:
        say_json(_json(newest, switched))
        return
    say(f"The mark is {'on' if switched.on else 'off'}{f' since {switched.at:%Y-%m-%d}' if switched.at else ''}.")
    if newest is None:
        say("Nothing was learnt yet: broadsheet trending rising --fit learns from this database.")
        return
    _tell(newest)


def _tell(newest: "Fit") -> None:
    from broadsheet.trending.rising.words import beside_baseline, refusal

    say(f"Learnt {newest.at:%Y-%m-%d %H:%M} UTC.")
    for does, span in zip(("teaches", "calibrates", "judges"), newest.spans, strict=False):
        papers = f"{span.papers:>7,} papers, {span.first:,} in their day's first tenth"
        say(f"{does:10}  {span.since} to {span.until}  {papers}")
    trial = newest.trial
    if trial:
        say("\nforetold, seen (of 100), papers, by tenths of the days held back")
        for one in (*trial.tenths, trial.marked):
            low, high = one.interval
            name = "  marked" if one is trial.marked else ""
            seen = f"{100 * one.seen:5.1f} [{100 * low:.1f}, {100 * high:.1f}]"
            say(f"{100 * one.told:5.1f} {seen:>22} {one.papers:>7,}{name}")
        say(f"Brier score {trial.brier:.4f}, of the base rate {trial.brier_of_base:.4f}")
        plain = f"by the best author's earlier papers {trial.precision_of_author:.3f}"
        say(f"average precision {trial.precision:.3f}, {plain}")
        say(beside_baseline(newest))
    say(refusal(newest) or "It may mark new papers.")


def _json(newest: "Fit | None", switched: "Switch") -> dict[str, Any]:
    from broadsheet.trending.rising.words import refusal

    told: dict[str, Any] = {"on": switched.on, "since": switched.at, "fit": None}
    if newest:
        trial = asdict(newest.trial) if newest.trial else None
        spans = [asdict(span) for span in newest.spans]
        told["fit"] = {"at": newest.at, "spans": spans, "trial": trial, "refusal": refusal(newest)}
    return told
