"""Makes the parts that an instance's settings choose: its encoder, sources, mail server, and clients for the net.

What they are put together to stands in `wiring`. Each client says who asks, and only the one for an encoder's own
server may reach private addresses.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

from broadsheet import __version__
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.endpoint import Access
from broadsheet.encoders.kept import KeptEncoders, Load
from broadsheet.encoders.loader import load_encoder
from broadsheet.encoders.static import StaticEncoder
from broadsheet.errors import Invalid, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.server import Server
from broadsheet.mail.ses.account import Account
from broadsheet.mail.ses.client import Client
from broadsheet.mail.ses.notices import Notices
from broadsheet.mail.ses.transport import REWRITTEN, SesTransport
from broadsheet.mail.signed import Signed
from broadsheet.mail.transport import Outbox, SmtpTransport, Transport
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.signals import SignalLog
from broadsheet.reuse.checks import Checks
from broadsheet.reuse.github import GitHub, GitLab
from broadsheet.reuse.hubs import HuggingFace, Zenodo
from broadsheet.reuse.pages import Pages
from broadsheet.search.index import Index
from broadsheet.search.upgrade import Changing
from broadsheet.settings import Settings
from broadsheet.sources.connector import Connector
from broadsheet.sources.registry import Registry

ENCODER_PATIENCE = 3.0  # seconds between tries: a reader waits for the answer, and words alone are one
AMAZON_PATIENCE = 3.0  # seconds between tries of what may be asked twice: an operator waits, or SNS posts it again
_MOST_COUNTED = 100_000  # papers that are re-encoded early because readers counted them


def encoder_of(settings: Settings, clock: Clock, cores: int = 1) -> Encoder:
    """Return the encoder that the settings name, on so many cores; raises as `load_encoder` does."""
    return _loader(settings, clock, cores)(settings.encoder, settings.encoder_model)


def static_of(encoder: Encoder) -> Callable[[], Encoder]:
    """Return what gives a static encoder when it is asked for: the instance's own if it is one, else the packaged."""
    return lambda: encoder if isinstance(encoder, StaticEncoder) else load_encoder("static")


def _loader(settings: Settings, clock: Clock, cores: int = 1) -> Load:
    """Return what loads an encoder by its name and model.

    An encoder's server is the operator's own choice and often stands on this machine, so that the client for it, and
    for nothing else, may reach private addresses; it follows no redirect from there.
    """
    outgoing = Outgoing(
        user_agent=f"Broadsheet/{__version__}", clock=clock, allow_private=True, patience=ENCODER_PATIENCE
    )

    def load(name: str, model: str) -> Encoder:
        own = (name, model) == (settings.encoder, settings.encoder_model)
        memory = settings.home / ("encoder.json" if own else "encoder-before.json")
        return load_encoder(name, Access(outgoing, clock, model, settings.encoder_key, memory), cores)

    return load


def index_of(
    settings: Settings, encoder: Encoder, catalogue: Catalogue, signals: SignalLog, leases: Leases, clock: Clock
) -> Index:
    """Open the index, with what it needs to change its encoder while it answers."""
    kept = KeptEncoders(settings.home / "encoders", _loader(settings, clock))
    with suppress(Unavailable):  # a server that is silent at the start is noted at the next one
        kept.keep(settings.encoder, settings.encoder_model, encoder.fingerprint)
    changing = Changing(kept.find, catalogue.papers, lambda: signals.most_counted(_MOST_COUNTED))
    return Index.open(settings.home / "index", encoder, catalogue, leases, clock, changing)


def connectors(settings: Settings, clock: Clock, catalogue: Catalogue) -> Mapping[str, Connector]:
    """Return the enabled sources by name; raises `Invalid` for one that is not known or lacks a setting."""
    return Registry(settings, outgoing_of(settings, clock), clock, catalogue).chosen()


def outgoing_of(settings: Settings, clock: Clock, patience: float = 180.0) -> Outgoing:
    """Return a client for the net that says who asks; `patience` is how many seconds it waits for a host in all."""
    return Outgoing(
        user_agent=f"Broadsheet/{__version__} (+{settings.contact or settings.site})",
        clock=clock,
        allow_private=settings.allow_private_addresses,
        patience=patience,
    )


def checks_of(settings: Settings, database: Database, leases: Leases, clock: Clock) -> Checks:
    """Return what asks for artefacts; it waits long for no host, because the next minute comes soon."""
    outgoing = outgoing_of(settings, clock, patience=5.0)
    hosts = (
        GitHub(outgoing, clock, base_url=settings.github_url, token=settings.github_token),
        GitLab(outgoing, clock, base_url=settings.gitlab_url),
        HuggingFace(outgoing, clock, base_url=settings.hf_url),
        Zenodo(outgoing, clock, base_url=settings.zenodo_url),
        Pages(outgoing),
    )
    return Checks(database, leases, clock, hosts, a_pass=settings.artefact_checks)


def letterhead_of(settings: Settings, secret: bytes) -> Letterhead:
    """Return who writes, and where what comes back goes; raises `Invalid`."""
    returns = None
    if settings.bounce_address:
        returns = ReturnPath.of(settings.bounce_address, secret, is_read=bool(settings.bounce_mailboxes))
    return Letterhead.of(settings.name, settings.site, settings.mail_from, settings.contact, returns)


def transport_of(settings: Settings, keys: DkimKeys, domain: str, clock: Clock) -> Transport:
    """Return what signs mails and hands them over: to SES or the SMTP server, or else to a folder in the home."""
    client = ses_of(settings, clock)
    if client:
        ses = SesTransport(client, clock, lanes=settings.smtp_connections)
        return Signed(ses, keys, domain, clock, REWRITTEN)
    if not settings.smtp_url:
        return Signed(Outbox(settings.home / "outbox", clock), keys, domain, clock)
    smtp = SmtpTransport(
        Server.from_url(settings.smtp_url),
        connections=settings.smtp_connections,
        mails_per_connection=settings.smtp_mails_per_connection,
    )
    return Signed(smtp, keys, domain, clock)


def ses_of(settings: Settings, clock: Clock) -> Client | None:
    """Return what asks Amazon SES, None where mails do not leave through it; raises `Invalid`."""
    account = _ses_account(settings)
    return Client(account, _to_amazon(clock), clock) if account else None


def notices_of(settings: Settings, clock: Clock) -> Notices | None:
    """Return what reads the notices of SES, None where there is no topic; raises `Invalid`."""
    account = _ses_account(settings)
    return Notices(account, _to_amazon(clock), clock) if account and account.topic else None


def _ses_account(settings: Settings) -> Account | None:
    if not settings.ses_region:
        return None
    if settings.smtp_url:
        raise Invalid(
            "BROADSHEET_SES_REGION and BROADSHEET_SMTP_URL are both set; mails leave by one way, so empty one.",
            field="ses_region",
        )
    return Account(
        settings.ses_region,
        settings.ses_key_id,
        settings.ses_secret_key,
        settings.ses_configuration_set,
        settings.ses_topic,
        settings.ses_url,
        settings.sns_url,
    )


def _to_amazon(clock: Clock) -> Outgoing:
    """Return a client for hosts that the settings alone name: within AWS they have private addresses."""
    return Outgoing(user_agent=f"Broadsheet/{__version__}", clock=clock, allow_private=True, patience=AMAZON_PATIENCE)
