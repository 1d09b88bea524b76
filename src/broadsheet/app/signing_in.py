"""Makes what knows an instance's readers: by mail, by an OpenID provider, or the one reader of a laptop.

What readers may do is each package's own; only a provider that is set is loaded.
"""

from collections.abc import Mapping

from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.api_tokens import ApiTokens
from broadsheet.accounts.bans import Bans
from broadsheet.accounts.openid import OpenId
from broadsheet.accounts.readers import Belongings, Readers
from broadsheet.accounts.sessions import Sessions
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.accounts.visits import Visits
from broadsheet.app.parts import outgoing_of
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.transport import Transport
from broadsheet.settings import Settings


def accounts_of(
    settings: Settings,
    database: Database,
    clock: Clock,
    secret: bytes,
    transport: Transport,
    letterhead: Letterhead,
    belongings: Mapping[str, Belongings],
) -> Accounts:
    """Return the accounts; `belongings` tells what other packages keep of a reader.

    Raises `Invalid` where a provider is set by half.
    """
    visits = Visits(database, clock)
    readers = Readers(database, clock, secret, {**belongings, "visits": visits.export})
    if settings.single_user:
        readers.alone()  # made now, so that looking at a page writes nothing
    return Accounts(
        readers=readers,
        sign_ins=SignIns(database, clock, secret, transport, letterhead, open_to_all=settings.sign_up),
        sessions=Sessions(database, clock),
        tokens=ApiTokens(database, clock),
        visits=visits,
        bans=Bans(database, clock),
        alone=settings.single_user,
        openid=_openid(settings, database, clock, secret),
    )


def _openid(settings: Settings, database: Database, clock: Clock, secret: bytes) -> OpenId | None:
    """Return what signs in by the provider that the settings name; raises `Invalid` where half of it is missing."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise Invalid(
            "BROADSHEET_OIDC_ISSUER is set and BROADSHEET_OIDC_CLIENT_ID is not. Register this instance with the "
            f"provider, with the redirect address {settings.site}/sign-in/openid/back, and set both.",
            field="oidc_client_id",
        )
    from broadsheet.accounts.provider import Client, Provider  # authlib is for instances that have a provider

    client = Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        f"{settings.site}/sign-in/openid/back",
    )
    provider = Provider(outgoing_of(settings, clock, patience=5.0), clock, client)
    return OpenId(
        database,
        clock,
        secret,
        provider,
        issuer=settings.oidc_issuer,
        name=settings.oidc_name,
        open_to_all=settings.sign_up,
    )
