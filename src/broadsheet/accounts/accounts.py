"""The parts of accounts in one value, as the doors ask them; each part's own module tells what it does."""

from dataclasses import dataclass

from broadsheet.accounts.api_tokens import ApiTokens
from broadsheet.accounts.bans import Bans
from broadsheet.accounts.openid import OpenId
from broadsheet.accounts.readers import Readers
from broadsheet.accounts.sessions import Sessions
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.accounts.visits import Visits


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the doors need to know readers; `alone` tells that the instance has one reader, who need not sign in,
    `openid` is None where no provider is set.
    """

    readers: Readers
    sign_ins: SignIns
    sessions: Sessions
    tokens: ApiTokens
    visits: Visits
    bans: Bans
    alone: bool = False
    openid: OpenId | None = None
