"""`broadsheet digests`: see today's mail before it goes out, and send what is due."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from broadsheet.cli.terminal import instance, note, say, say_json, writing

commands = typer.Typer(help="Mails to subscribers.", no_args_is_help=True)


@commands.command()
def preview(
    day: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="The edition's day; none: today's.")
    ] = None,
    size: Annotated[int, typer.Option(min=1, max=30, help="How many papers.")] = 10,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part to this file.")] = None,
) -> None:
    """Show the digest of an edition as text; sends nothing."""
    with instance() as app:
        rendered = app.digests.preview(day.date() if day else None, size=size)
    if html:
        with writing(html):
            html.write_text(rendered.html, encoding="utf-8")
        note(f"HTML written to {html}")
    say(f"Subject: {rendered.subject}\n")
    say(rendered.text)


@commands.command()
def send(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Queue the digests that are due and send what is queued; at most one a reader and edition."""
    from dataclasses import asdict

    with instance() as app:
        queued = app.digests.queue_due()
        report = app.digests.send_due()
    if json:
        say_json({"queued": queued, **asdict(report)})
    else:
        say(f"{queued} digests queued; {report.sentence}")
