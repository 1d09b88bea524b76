"""What an operator does to have mails land in inboxes: make the key, publish records, check all, send a trial.

The single points are `judging`'s matter.
The DNS is asked for names out of the operator's own settings alone, only when the operator says so, and nothing is
connected to but the SMTP server, or SES, that the settings name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from ipaddress import ip_address

from broadsheet.clock import Clock
from broadsheet.errors import Conflict, Unavailable
from broadsheet.mail import addresses, judging
from broadsheet.mail.judging import Finding, Origin, State
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Kind, Letter, Letterhead, compose, new_message_id
from broadsheet.mail.lookups import Dns
from broadsheet.mail.records import Record, through_ses, to_publish
from broadsheet.mail.returned.places import Places
from broadsheet.mail.server import Server
from broadsheet.mail.ses import checking
from broadsheet.mail.ses.client import Client
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.transport import Transport

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>A trial mail</title>
<style>@media (prefers-color-scheme: dark) { .b { background: #141619 !important; color: #e9e7e1 !important; } }</style>
</head>"""
Check = Callable[[], Finding | Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Deliverability:
    """The parts of one instance that decide whether its mails arrive."""

    letterhead: Letterhead
    keys: DkimKeys
    server: Server | None
    origins: Sequence[str]
    dns: Dns
    places: Places = field(default_factory=Places)
    ses: Client | None = None

    def setup(self, *, ed25519: bool = False) -> list[Record]:
        """Make the key where there is none, and return the records to publish; raises `Conflict` without a domain."""
        domain = self.letterhead.domain
        if not judging.is_domain(domain):
            raise Conflict(
                f"Mails would come from {domain}, which is no domain of the internet. Set BROADSHEET_MAIL_FROM to an "
                "address of your domain, or BROADSHEET_PUBLIC_URL to the site's address, and run this again.",
                value=domain,
            )
        if self.ses:
            return through_ses(self.letterhead, self.keys.make(), self.ses.account.region)
        relay = self.server.host if self.server and not self.server.is_here else ""
        return to_publish(self.letterhead, self.keys.make(ed25519=ed25519), relay, self.origins)

    def check(self) -> list[Finding]:
        """Return a finding for each point; what the DNS did not answer is unsure."""
        domain = self.letterhead.domain
        carrier = checking.account(self.ses) if self.ses else judging.server(self.server)
        found = [judging.site(self.letterhead.site), carrier, *judging.returned(self.places)]
        if not judging.is_domain(domain):
            return [*found, judging.sender(self.dns, domain)]
        points: dict[str, Check] = {
            "sender": lambda: judging.sender(self.dns, domain),
            **(self._of_ses(self.ses, domain) if self.ses else self._of_envelopes()),
            "DKIM": self._signature,
            "DMARC": lambda: judging.policy(self.dns, domain),
            **({} if self.ses else {"PTR": self._names}),
        }
        return found + [finding for point, check in points.items() for finding in _answered(point, check)]

    def _of_envelopes(self) -> dict[str, Check]:
        return {
            "bounces": lambda: judging.bounces(self.dns, self.letterhead),
            "SPF": lambda: judging.allowed(self.dns, self.letterhead.envelope_domain, self._leaving()),
        }

    def _of_ses(self, ses: Client, domain: str) -> dict[str, Check]:
        """Return what SES is asked itself: envelopes and addresses are its own."""
        return {
            "identity": lambda: checking.identity(ses, domain),
            "returned": lambda: checking.returned(ses, self.letterhead.site),
        }

    def _signature(self) -> list[Finding]:
        try:
            keys = self.keys.current()
        except Unavailable as error:  # which stops every mail: no hiccup of the DNS
            return [Finding("DKIM", State.WRONG, error.message)]
        return judging.signature(self.dns, self.letterhead.domain, keys)

    def _names(self) -> Iterator[Finding]:
        for origin in self._leaving():
            yield judging.name_of_origin(self.dns, origin)

    def _leaving(self) -> list[Origin]:
        """Return the addresses that mails leave from: the told ones, else the SMTP server's where it is elsewhere."""
        if self.origins:
            return [Origin(address, told=True) for address in self.origins]
        if self.server is None or self.server.is_here:
            return []
        found = self.dns.addresses(self.server.host)
        return [Origin(address, told=False) for address in found if ip_address(address).is_global]


def _answered(point: str, check: Check) -> list[Finding]:
    try:
        found = check()
        return [found] if isinstance(found, Finding) else list(found)
    except Unavailable as error:
        return [Finding(point, State.UNSURE, error.message)]


class Trial:
    """Sends the operator a mail in the form of all others, to be looked at where it arrives."""

    def __init__(
        self, letterhead: Letterhead, transport: Transport, suppressions: Suppressions, clock: Clock, secret: bytes
    ) -> None:
        self._letterhead = letterhead
        self._transport = transport
        self._suppressions = suppressions
        self._clock = clock
        self._secret = secret

    def send(self, address: str) -> None:
        """Hand one mail over; raises `Invalid`, `Conflict` for a suppressed address, or as transports do."""
        recipient = addresses.read(address, self._secret)
        if self._suppressions.find(recipient.key):
            raise Conflict("That address bounced or complained before, so it is not written to.")
        letter = trial(recipient.mailbox, self._letterhead)
        message = compose(letter, self._letterhead, self._clock.now())
        try:
            sender = self._letterhead.envelope_sender(letter.message_id)
            self._transport.send(message, sender=sender, recipient=recipient.mailbox)
        finally:
            self._transport.close()


def trial(recipient: str, letterhead: Letterhead) -> Letter:
    """Return the letter of a trial."""
    told = (
        f"This is a trial mail from {letterhead.name}, sent by its operator with `broadsheet mail check --to`.",
        "Have your mail program show its source (“Show original”, “View source”) and look for the line "
        "Authentication-Results: it should say spf=pass, dkim=pass and dmarc=pass.",
        "Nobody subscribed you to anything, and nothing more will come of it.",
    )
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in told)
    return Letter(
        recipient=recipient,
        subject=f"A trial mail from {letterhead.name}",
        text="\n\n".join([*told, letterhead.site]) + "\n",
        html=f'{_HEAD}<body class="b" style="background: #fbfbf8; color: #15171a; font-family: Georgia, serif">{body}'
        f'<p><a class="b" style="color: #15171a" href="{escape(letterhead.site)}">{escape(letterhead.site)}</a></p>'
        "</body></html>\n",
        message_id=new_message_id(letterhead),
        kind=Kind.TRIAL,
    )
