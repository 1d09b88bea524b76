"""`broadsheet digests subscription`: what one address gets by mail, follows and mutes, for whoever runs the instance.

What can be followed and muted, `digests` decides. Nobody is subscribed from here: the mailbox must have said yes.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.cli.terminal import instance, say, say_json

if TYPE_CHECKING:
    from broadsheet.digests.interests import Interest

commands = typer.Typer(help="What one address gets, follows and mutes.", no_args_is_help=True)

SHOWN = 50  # mutes


class Followed(StrEnum):
    """What can be followed."""

    TOPIC = "topic"
    AUTHOR = "author"
    CATEGORY = "category"
    SEARCH = "search"


class Muted(StrEnum):
    """What can be muted."""

    WORD = "word"
    AUTHOR = "author"
    CATEGORY = "category"
    PAPER = "paper"


Address = Annotated[str, typer.Argument(help="An address whose subscription is confirmed.")]
Kind = Annotated[Muted, typer.Argument(help="What is muted.")]


@commands.command()
def show(address: Address, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what an address gets, what it follows, by number, and what it mutes."""
    with instance() as app:
        subscription = app.subscriptions.by_address(address)
        followed = app.subscriptions.searches.of(subscription.token)
        count, muted = app.subscriptions.mutes.of(subscription.token)
    if json:
        told = [{"number": one.id, "section": one.section, "title": one.title, "waits": one.waits} for one in followed]
        mutes = [{"kind": one.kind, "value": one.value} for one in muted]
        choices = subscription.choices
        say_json({"comes": choices.sentence, "sections": choices.sections, "follows": told, "mutes": mutes})
        return
    say(f"It comes {subscription.choices.sentence}.")
    for one in followed:
        say(f"{one.id:>6}  {one.section:11} {one.title}{' (waits for a word of the mailbox)' if one.waits else ''}")
    for mute in muted[:SHOWN]:
        say(f" muted  {mute.kind:11} {mute.value}")
    if count > SHOWN:
        say(f" muted  {count - SHOWN:,} more; --json tells all")


@commands.command()
def follow(
    address: Address,
    kind: Annotated[Followed, typer.Argument(help="What is followed.")],
    what: Annotated[
        str, typer.Argument(help="Words of a topic, a name, a category, words or the address of a search.")
    ] = "",
    name: Annotated[str, typer.Option(help="What a topic is called.")] = "",
    example: Annotated[
        list[str] | None, typer.Option(help="A paper like those of a topic, in place of words; three to five.")
    ] = None,
    category: Annotated[str, typer.Option(help="Of an author: only papers in this category.")] = "",
) -> None:
    """Follow a topic, an author, a category or a search; what is followed already stays as it is."""
    from broadsheet.digests.saved import pasted

    with instance() as app:
        token = app.subscriptions.by_address(address).token
        if kind is Followed.SEARCH:
            app.subscriptions.searches.save(token, pasted(what))
        else:
            app.subscriptions.searches.follow(token, _interest(kind, what, name, example or [], category))
    say("It is followed; its section comes.")


@commands.command()
def unfollow(address: Address, number: Annotated[int, typer.Argument(help="Its number, as `show` tells it.")]) -> None:
    """Follow something no more; what is not followed is as good as that."""
    with instance() as app:
        app.subscriptions.searches.drop(app.subscriptions.by_address(address).token, number)
    say("It is followed no more.")


@commands.command()
def mute(
    address: Address, kind: Kind, values: Annotated[list[str], typer.Argument(help="Words, names, codes or papers.")]
) -> None:
    """Mute words, authors, categories or papers: all of them, or none where one cannot be muted."""
    with instance() as app:
        new = app.subscriptions.mutes.add(app.subscriptions.by_address(address).token, kind, values)
    say(f"{new} muted, {len(values) - new} were muted before.")


@commands.command()
def unmute(address: Address, kind: Kind, value: Annotated[str, typer.Argument(help="What was muted.")]) -> None:
    """Take a mute back; one that is not there is as good as taken back."""
    with instance() as app:
        app.subscriptions.mutes.remove(app.subscriptions.by_address(address).token, kind, value)
    say("It is muted no more.")


def _interest(kind: Followed, what: str, name: str, examples: list[str], category: str) -> "Interest":
    from broadsheet.digests import interests

    if kind is Followed.TOPIC:
        return interests.topic(name, what, examples)
    return interests.author(what, category) if kind is Followed.AUTHOR else interests.category(what)
