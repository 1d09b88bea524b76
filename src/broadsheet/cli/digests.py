"""`broadsheet digests`: see today's mail before it goes out, send what is due, and offer a search to a reader."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from broadsheet.cli import subscriptions
from broadsheet.cli.terminal import instance, note, say, say_json, writing

commands = typer.Typer(help="Mails to subscribers.", no_args_is_help=True)
commands.add_typer(subscriptions.commands, name="subscription")


@commands.command()
def preview(
    day: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="The edition's day; none: today's.")
    ] = None,
    size: Annotated[int, typer.Option(min=1, max=30, help="How many papers.")] = 10,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part to this file.")] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(help="With what came in within a day for this search: words, or its address. May be repeated."),
    ] = None,
    edition: Annotated[bool, typer.Option(help="Whether the day's page is in it, or searches alone.")] = True,
) -> None:
    """Show the digest of an edition as text; sends nothing."""
    from broadsheet.digests.saved import pasted

    with instance() as app:
        searches = [pasted(text) for text in search or ()]
        rendered = app.digests.preview(day.date() if day else None, size, searches, edition=edition)
    if html:
        with writing(html):
            html.write_text(rendered.html, encoding="utf-8")
        note(f"HTML written to {html}")
    say(f"Subject: {rendered.subject}\n")
    say(rendered.text)


@commands.command()
def offer(
    address: Annotated[str, typer.Argument(help="Who wants to hear of it.")],
    search: Annotated[str, typer.Argument(help="Words as one searches for them, or the address of a search.")],
    edition: Annotated[
        bool, typer.Option(help="Whether the day's page comes as well, where the address is new.")
    ] = False,
) -> None:
    """Ask an address whether it wants what is new for a search by mail; nothing comes before it has agreed."""
    from broadsheet.digests.saved import pasted

    with instance() as app:
        app.subscriptions.subscribe(address, edition=edition, search=pasted(search))
        report = app.subscriptions.send_waiting()
    say(f"The search waits for the word of that address, if it may be written to. {report.sentence}".rstrip())


@commands.command()
def send(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Queue the digests that are due and send what is queued; at most one a reader and edition."""
    from dataclasses import asdict

    with instance() as app:
        queued = app.digests.queue_due()
        report = app.digests.send_due()
        pause = app.limits.pause()
    if json:
        say_json({"queued": queued, **asdict(report), "paused": pause.words if pause else None})
    else:
        say(f"{queued} digests queued; {report.sentence}")
        if pause:
            say(f"Digests are paused: {pause.words} When the reason is mended: broadsheet mail resume")
