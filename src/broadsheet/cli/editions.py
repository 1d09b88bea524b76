"""`broadsheet editions`: the front pages of days, weeks and months, in the terminal, and the operator's own desk."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.terminal import instance, say, say_json

if TYPE_CHECKING:
    from broadsheet.app import App
    from broadsheet.editions.draft import Draft
    from broadsheet.editions.edition import Edition, Place
    from broadsheet.editions.spans import Span

commands = typer.Typer(help="The front page of a day, a week or a month.", no_args_is_help=True)


def _named(given: str | None) -> "Span | None":
    from broadsheet.editions.spans import read
    from broadsheet.errors import NotFound

    try:
        return read(given) if given else None
    except NotFound as error:
        raise typer.BadParameter(error.message) from None


NAME = "2026-01-15, 2026-W03 or 2026-01"
Name = Annotated[str | None, typer.Argument(help=f"The day, week or month: {NAME}; none: the page that is next.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Edition_ = Annotated[str | None, typer.Option("--edition", help=f"Whose page: {NAME}; none: the page that is next.")]


@commands.command()
def show(
    name: Annotated[str | None, typer.Argument(help=f"The day, week or month: {NAME}; none: today's.")] = None,
    json: Json = False,
) -> None:
    """Show the page of a day, a week or a month: every place with its reason."""
    span = _named(name)
    with instance() as app:
        edition = app.editions.at(span) if span else app.editions.today()
        local = {one.made_at: app.editions.publisher.local(one.made_at) for one in edition.corrections}
    if json:
        say_json(_json(edition))
        return
    _print(edition)
    for one in edition.corrections:
        say(f"\nCorrected {local[one.made_at]:%Y-%m-%d %H:%M}: {one.note}")


@commands.command("list")
def list_(
    period: Annotated[str, typer.Option(help="day, week or month.")] = "day",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 30,
    json: Json = False,
) -> None:
    """List the published editions, newest first."""
    from broadsheet.api.editions import head_json
    from broadsheet.editions.spans import span_of

    with instance() as app:
        heads = app.editions.dates(limit, span_of(period, app.editions.publisher.today()).period)
    if json:
        say_json([head_json(head) for head in heads])
        return
    if not heads:
        say("None is published yet.")
    for head in heads:
        say(f"{head.span.name:10}  No. {head.number:<5} {head.new_papers:>6,} new papers")


@commands.command()
def draft(name: Name = None, json: Json = False) -> None:
    """Show what is prepared for a page, and when it goes out as it stands."""
    span = _named(name)
    with instance() as app:
        _tell(app, app.desk.draft(span or app.desk.next_span()), json=json)


@commands.command()
def pick(
    paper: Annotated[str, typer.Argument(help="Any identifier or address of the paper.")],
    edition: Edition_ = None,
    place: Annotated[int, typer.Option(min=0, max=6, help="Its place: 1 is the lead; none: behind the others.")] = 0,
    kicker: Annotated[str | None, typer.Option(help="The words above its title.")] = None,
    blurb: Annotated[str | None, typer.Option(help="What the desk says of it.")] = None,
) -> None:
    """Choose a paper for a page, or change its place and its words."""
    from broadsheet.editions.draft import Pick, moved, picked, worded

    span = _named(edition)
    with instance() as app:
        found = app.catalogue.get(paper)
        seen = picked(app.desk.draft(span or app.desk.next_span()), Pick(found.id))
        wanted = worded(seen, found.id, kicker=kicker, blurb=blurb)
        if place:
            wanted = moved(wanted, found.id, place - 1 - (wanted.place_of(found.id) or 0))
        _tell(app, app.desk.save(wanted, by=None))


@commands.command()
def drop(
    paper: Annotated[str, typer.Argument(help="Any identifier or address of the paper.")], edition: Edition_ = None
) -> None:
    """Take a paper out of what is prepared for a page."""
    from broadsheet.editions.draft import without

    span = _named(edition)
    with instance() as app:
        seen = app.desk.draft(span or app.desk.next_span())
        _tell(app, app.desk.save(without(seen, app.catalogue.get(paper).id), by=None))


@commands.command()
def approve(
    name: Name = None,
    at: Annotated[str, typer.Option(help="Time of day in the instance's zone, 07:00; none: as it was.")] = "",
) -> None:
    """Let a page go out at its time as it stands."""
    from dataclasses import replace

    from broadsheet.editions.spans import read_time

    span = _named(name)
    with instance() as app:
        seen = app.desk.draft(span or app.desk.next_span())
        _tell(app, app.desk.save(replace(seen, approved=True, goes_out=read_time(at) or seen.goes_out), by=None))


@commands.command()
def publish(name: Name = None) -> None:
    """Publish a page now, with what is prepared for it."""
    span = _named(name)
    with instance() as app:
        page = app.desk.publish(app.desk.draft(span or app.desk.next_span()), by=None)
        say(f"No. {page.number} of {page.span.words} is out: {app.settings.site}/edition/{page.span.name}")


@commands.command()
def correct(
    name: Annotated[str, typer.Argument(help=f"The day, week or month: {NAME}.")],
    note: Annotated[str, typer.Argument(help="What was wrong, and what is right.")],
    paper: Annotated[str | None, typer.Option(help="Which paper it is about; none: the page as a whole.")] = None,
) -> None:
    """Put a dated note beside a page that is out."""
    from broadsheet.editions.spans import read

    with instance() as app:
        paper_id = app.catalogue.get(paper).id if paper else None
        made = app.desk.correct(read(name), note, paper_id=paper_id, by=None)
        say(f"Corrected {app.editions.publisher.local(made.made_at):%H:%M}: {made.note}")


def _tell(app: "App", draft: "Draft", *, json: bool = False) -> None:
    from broadsheet.api.editions import draft_json

    told = draft_json(app.desk, app.catalogue, draft)
    if json:
        say_json(told)
        return
    goes = app.editions.publisher.local(app.desk.goes_out(draft))
    state = "out" if told["is_out"] else "approved" if draft.approved else "begun" if draft.is_touched else "untouched"
    say(f"{draft.span.title}: draft {draft.revision}, {state}, goes out {goes:%Y-%m-%d %H:%M}")
    for n, one in enumerate(told["picks"], start=1):
        say(f"{n:3}. {one['title']}  [{one['paper']}]")
        for words in filter(None, (one["kicker"], one["blurb"])):
            say(f"     {words}")


def _sections(edition: "Edition") -> list[tuple[str, list["Place"]]]:
    return [
        ("Lead", [edition.lead] if edition.lead else []),
        ("Editor's picks", edition.picks),
        ("Trending", edition.trending),
        ("Sent in by readers", edition.sent),
        ("New", edition.new),
        ("From the shelf", edition.shelf),
    ]


def _print(edition: "Edition") -> None:
    state = f"No. {edition.number}" if edition.published_at else "open, not yet published"
    say(f"{edition.span.title}  {state}  {edition.new_papers} new papers")
    if edition.notice:
        say(edition.notice)
    for title, places in _sections(edition):
        if places:
            say(f"\n{title}")
        for place in places:
            say(f"{place.place:3}. {place.paper.title}  [{place.paper.key}]")
            for words in filter(None, (place.blurb if place.chosen else "", place.reason)):
                say(f"     {words}")


def _json(edition: "Edition") -> dict[str, Any]:
    from broadsheet.api.editions import correction_json, place_json

    keys = {place.paper.id: place.paper.key for _, places in edition.sections() for place in places}
    return {
        "period": edition.period,
        "day": edition.day.isoformat(),
        "number": edition.number,
        "published_at": edition.published_at,
        "new_papers": edition.new_papers,
        "notice": edition.notice,
        "sections": {title: [place_json(place) for place in places] for title, places in _sections(edition)},
        "corrections": [correction_json(one, keys) for one in edition.corrections],
    }
