"""`broadsheet readers`: who has an account, and who may do what; the first admin is made here."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.terminal import instance, say, say_json

if TYPE_CHECKING:
    from broadsheet.accounts.reader import Reader

commands = typer.Typer(help="Accounts of readers.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(help="The reader's mail address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command()
def add(
    address: Address,
    role: Annotated[str, typer.Option(help="What the reader may do: reader, editor or admin.")] = "reader",
    name: Annotated[str, typer.Option(help="What others see of the reader; none: a number.")] = "",
) -> None:
    """Make an account; its owner signs in by mail."""
    from broadsheet.accounts.reader import role_of

    with instance() as app:
        made = app.accounts.readers.add(address, role_of(role), name)
        say(f"{made.address} is {made.shown}, {made.role}. Sign in at {app.settings.site}/sign-in")


@commands.command()
def role(
    address: Address, role: Annotated[str, typer.Argument(help="What the reader may do: reader, editor or admin.")]
) -> None:
    """Change what a reader may do, from the next click on."""
    from broadsheet.accounts.reader import role_of

    with instance() as app:
        changed = app.accounts.readers.set_role(address, role_of(role))
    say(f"{changed.address} is {changed.role} now.")


@commands.command("list")
def list_(json: Json = False) -> None:
    """List the accounts, in the order in which they came."""
    with instance() as app:
        readers = app.accounts.readers.all()
    if json:
        say_json([_told(reader) for reader in readers])
        return
    if not readers:
        say("Nobody has an account yet. Make the first: broadsheet readers add you@example.org --role admin")
    for reader in readers:
        seen = f"signed in {reader.signed_in_at:%Y-%m-%d}" if reader.signed_in_at else "never signed in"
        say(f"{reader.id:>4}  {reader.role:6}  {reader.address}  {reader.name}  {seen}")


def _told(reader: "Reader") -> dict[str, Any]:
    return {
        "number": reader.id,
        "address": reader.address,
        "name": reader.name,
        "role": reader.role,
        "created_at": reader.created_at,
        "signed_in_at": reader.signed_in_at,
    }
