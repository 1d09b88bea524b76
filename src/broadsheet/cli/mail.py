"""`broadsheet mail`: what an operator does to have mails land in inboxes."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.cli.terminal import fail, instance, say, say_json

if TYPE_CHECKING:
    from broadsheet.mail.judging import Finding

commands = typer.Typer(help="Mails that land in inboxes.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command()
def setup(
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="Make an Ed25519 key beside the RSA one: a second, shorter record.")
    ] = False,
    json: Json = False,
) -> None:
    """Make the key that signs mails, if there is none, and print each DNS record to publish, with the reason."""
    from dataclasses import asdict

    with instance() as app:
        records = app.deliverability().setup(ed25519=ed25519)
    if json:
        say_json([asdict(record) | {"zone": record.zone} for record in records])
        return
    say(f"Records to publish for {app.letterhead.domain}; then run `broadsheet mail check`.\n")
    for record in records:
        say(f"{record.kind}  {record.name}\n\n    {record.value}\n\n  {record.why}\n  As a line of a zone file:")
        say(f"    {record.zone}\n")


@commands.command()
def check(
    to: Annotated[str, typer.Option(help="Send a trial mail to this address, too.")] = "", json: Json = False
) -> None:
    """Check what keeps mails from inboxes: site, SMTP server, sender, SPF, DKIM, DMARC, PTR; status 1 for such."""
    from dataclasses import asdict

    from broadsheet.mail.judging import State

    with instance() as app:
        findings = app.deliverability().check()
        if to:
            app.trial().send(to)
    if json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _tell(finding)
        if to:
            say(f"A trial mail was handed over. {app.transport.describe()} Look for spf=pass, dkim=pass and dmarc=pass")
            say("in the line Authentication-Results of its source, and whether it came to the inbox.")
    if any(finding.state is State.WRONG for finding in findings):
        fail()


def _tell(finding: "Finding") -> None:
    say(f"{finding.state:7} {finding.point:7} {finding.said}")
    if finding.todo:
        say(f"{'':16}{finding.todo}")
