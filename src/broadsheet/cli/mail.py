"""`broadsheet mail`: what an operator does to have mails land in inboxes."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.cli import suppressions
from broadsheet.cli.terminal import fail, instance, say, say_json

if TYPE_CHECKING:
    from broadsheet.mail.judging import Finding
    from broadsheet.mail.tally import Rates

commands = typer.Typer(help="Mails that land in inboxes.", no_args_is_help=True)
commands.add_typer(suppressions.commands, name="suppressions")

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
    """Check what keeps mails from inboxes: site, server, sender, bounces, SPF, DKIM, DMARC, PTR; status 1 for such."""
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


@commands.command()
def rates(
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days, today among them.")] = 28, json: Json = False
) -> None:
    """Show how mails fared, by receiver, and what keeps them here; status 1 where something does. For monitoring."""
    from dataclasses import asdict

    with instance() as app:
        told = app.office.overview(days)
    if json:
        say_json(asdict(told) | {"days": {str(day): asdict(one) for day, one in told.days.items()}})
    else:
        say(f"{'since ' + str(told.since):28} {'sent':>8} {'refused':>8} {'bounced':>8} {'gone':>7} {'complaints':>10}")
        for one in told.receivers:
            _say_rates(one.domain or "others", one.rates)
        _say_rates("all", told.total)
        if told.total.set_aside:
            say(f"{told.total.set_aside} times a mail could not be written; the log says where: mail_set_aside.")
        if told.standstill:
            say(f"No mail leaves since {told.standstill.since:%Y-%m-%d %H:%M}: {told.standstill.words}")
        if told.pause:
            say(f"Digests are paused since {told.pause.since:%Y-%m-%d %H:%M}: {told.pause.words}")
            say("When the reason is mended: broadsheet mail resume")
    if told.pause or told.standstill:
        fail()


@commands.command()
def resume() -> None:
    """Let digests go on after a pause; what was before is not held against the instance again."""
    with instance() as app:
        pause = app.limits.lift(suppressions.BY)
    say(f"Digests go on. They were paused since {pause.since:%Y-%m-%d %H:%M}: {pause.words}")


def _say_rates(name: str, rates: "Rates") -> None:
    say(
        f"{name:28} {rates.sent:>8} {rates.refused:>8} {rates.bounced:>8} {rates.gone_share:>7.2%} "
        f"{rates.complaint_share:>10.3%}"
    )
