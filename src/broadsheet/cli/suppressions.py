"""`broadsheet mail suppressions`: who is not written to, why, and since when; added, lifted, taken along."""

from pathlib import Path
from typing import Annotated

import typer

from broadsheet.cli.terminal import fail, instance, note, say, say_json, writing

commands = typer.Typer(help="Addresses that are not written to.", no_args_is_help=True)

BY = "the command line"
Address = Annotated[str, typer.Argument(help="The mail address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command()
def show(address: Annotated[str, typer.Argument(help="Tell of this address alone.")] = "", json: Json = False) -> None:
    """Show how many addresses are not written to and why, and what was last decided; or all that is known of one."""
    from dataclasses import asdict

    with instance() as app:
        entry, decisions = app.office.find(address) if address else (None, app.suppressions.decisions())
        counts = app.suppressions.counts()
    if json:
        told = {"entry": asdict(entry) if entry else None} if address else {"counts": counts}
        say_json(told | {"decisions": [asdict(one) for one in decisions]})
        return
    if address:
        say(
            f"Not written to since {entry.since:%Y-%m-%d}: {entry.reason}."
            if entry
            else "Written to if it asks for mail."
        )
    else:
        say(", ".join(f"{number} {reason}" for reason, number in sorted(counts.items())) or "Nobody is on the list.")
    for one in decisions:
        say(f"{one.at:%Y-%m-%d %H:%M}  {one.event:7} {one.reason:12} {one.address_key[:12]}  {one.by or 'by itself'}")


@commands.command()
def add(address: Address) -> None:
    """Write to an address no more, whatever it asks for."""
    with instance() as app:
        new = app.office.suppress(address, BY)
    say("It is written to no more." if new else "It was on the list already.")


@commands.command()
def lift(address: Address) -> None:
    """Allow writing to an address again. Whoever complained must confirm a new subscription before mail comes."""
    with instance() as app:
        app.office.lift(address, BY)
    say("It is written to again, if it asked for mail.")


@commands.command()
def export(
    to: Annotated[Path | None, typer.Argument(help="The file to write; none: standard output.")] = None,
) -> None:
    """Write the list as CSV: address_key, reason, since. It names nobody; keys hold for this instance alone."""
    from broadsheet.mail.suppression_file import written

    with instance() as app:
        lines = written(app.suppressions.all())
        if to is None:
            for line in lines:
                typer.echo(line, nl=False)
            return
        with writing(to), to.open("w", encoding="utf-8") as out:
            out.writelines(lines)
    note(f"Written to {to}.")


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a column address, email or address_key; reason and since.")],
    json: Json = False,
) -> None:
    """Put the addresses of a CSV on the list: one that this instance wrote, or a provider's. Status 1 for bad lines."""
    from dataclasses import asdict

    with instance() as app:
        try:
            with file.open(encoding="utf-8", errors="replace", newline="") as lines:
                done = app.office.take(lines, BY)
        except OSError as error:
            note(f"{file} cannot be read: {error.strerror}.")
            raise typer.Exit(1) from error
    if json:
        say_json(asdict(done))
    else:
        say(f"{done.sentence}.")
        for line in done.bad:
            say(f"  line {line.number}: {line.reason}")
    if done.bad_in_all:
        fail()
