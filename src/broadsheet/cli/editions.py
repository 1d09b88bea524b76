"""`broadsheet editions`: the front page of a day, in the terminal."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.terminal import instance, say, say_json

if TYPE_CHECKING:
    from broadsheet.editions.edition import Edition, Place

commands = typer.Typer(help="The front page of a day.", no_args_is_help=True)


@commands.command()
def show(
    day: Annotated[datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="The day; none: today's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the edition of a day: every place with its reason."""
    with instance() as app:
        edition = app.editions.of(day.date()) if day else app.editions.today()
    if json:
        say_json(_json(edition))
    else:
        _print(edition)


def _sections(edition: "Edition") -> list[tuple[str, list["Place"]]]:
    return [
        ("Lead", [edition.lead] if edition.lead else []),
        ("Editor's picks", edition.picks),
        ("Trending", edition.trending),
        ("New", edition.new),
        ("From the shelf", edition.shelf),
    ]


def _print(edition: "Edition") -> None:
    state = f"No. {edition.number}" if edition.published_at else "open, not yet published"
    say(f"{edition.day:%A} {edition.day.day} {edition.day:%B %Y}  {state}  {edition.new_papers} new papers")
    if edition.notice:
        say(edition.notice)
    for title, places in _sections(edition):
        if places:
            say(f"\n{title}")
        for place in places:
            say(f"{place.place:3}. {place.paper.title}  [{place.paper.key}]")
            if place.reason:
                say(f"     {place.reason}")


def _json(edition: "Edition") -> dict[str, Any]:
    from broadsheet.api.shapes import paper_json

    def one(place: "Place") -> dict[str, Any]:
        parts = [{"name": part.name, "value": part.value, "reason": part.reason} for part in place.parts]
        return {
            "place": place.place,
            "score": place.score,
            "reason": place.reason,
            "parts": parts,
            "paper": paper_json(place.paper),
        }

    day: date = edition.day
    return {
        "period": edition.period,
        "day": day.isoformat(),
        "number": edition.number,
        "published_at": edition.published_at,
        "new_papers": edition.new_papers,
        "notice": edition.notice,
        "sections": {title: [one(place) for place in places] for title, places in _sections(edition)},
    }
