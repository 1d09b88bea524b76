"""Signing in by an OpenID provider: what a browser carries there and back, and which reader comes of it.

The protocol is `provider`'s matter. A browser that comes back must be the one that left: what it carries is signed,
ten minutes old at most, and holds the state that the answer must repeat.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from itsdangerous import BadData, URLSafeSerializer

from broadsheet.accounts import store
from broadsheet.accounts.bans import barred
from broadsheet.accounts.reader import Reader
from broadsheet.accounts.readers import fresh, reader
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Forbidden, Invalid
from broadsheet.mail import addresses

WITHIN = timedelta(minutes=10)
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Challenge:
    """What must fit when a browser comes back: `state` its query, `nonce` its token, `verifier` its code (PKCE)."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is; `address` is empty unless the provider has verified it."""

    issuer: str
    subject: str
    address: str = field(repr=False)


class Provided(Protocol):
    """What speaks with a provider."""

    def begin(self) -> tuple[str, Challenge]:
        """Return where to send the browser, and what must fit when it comes back."""
        ...

    def finish(self, code: str, challenge: Challenge) -> Identity:
        """Return who came back with `code`."""
        ...


class OpenId:
    """Signs readers in by one provider, called `name` on pages and known by its `issuer`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        secret: bytes,
        provider: Provided,
        *,
        issuer: str,
        name: str,
        open_to_all: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._provider = provider
        self._issuer = issuer
        self.name = name
        self._open_to_all = open_to_all
        self._signer = URLSafeSerializer(secret, salt="broadsheet.openid")

    def begin(self, back: str) -> tuple[str, str]:
        """Return where to send the browser, and what it must carry. Raises `Unavailable`."""
        url, challenge = self._provider.begin()
        seconds = int(self._clock.now().timestamp())
        carried = self._signer.dumps([challenge.state, challenge.nonce, challenge.verifier, back, seconds])
        return url, str(carried)

    def accept(self, answer: Mapping[str, str], carried: str) -> tuple[Reader, str]:
        """Return the reader of a provider's answer, made now if new, and the path to lead back to.

        Raises `Invalid` for an answer that fits no question of this browser, `Forbidden` for one that says no or does
        not hold, and `Unavailable`.
        """
        challenge, back = self._opened(carried)
        if not hmac.compare_digest(answer.get("state", "").encode(), challenge.state.encode()):
            raise _astray()
        if answer.get("iss", self._issuer) != self._issuer:  # RFC 9207
            raise _astray()
        if "error" in answer:
            raise Forbidden(f"{self.name} did not sign you in ({answer['error'][:60]}). Try again, or sign in by mail.")
        if not answer.get("code"):
            raise _astray()
        return self._reader(self._provider.finish(answer["code"], challenge)), back

    def _opened(self, carried: str) -> tuple[Challenge, str]:
        if not carried or len(carried) > _LONGEST:
            raise _astray()
        try:
            content = self._signer.loads(carried)
        except (BadData, ValueError, RecursionError) as error:
            raise _astray() from error
        match content:
            case [str(state), str(nonce), str(verifier), str(back), int(seconds)]:
                if 0 <= self._clock.now().timestamp() - seconds < WITHIN.total_seconds():
                    return Challenge(state, nonce, verifier), back
        raise _astray()

    def _reader(self, identity: Identity) -> Reader:
        now = self._clock.now()
        with self._database.write() as connection:
            row = store.reader_of_identity(connection, identity.issuer, identity.subject)
            if row is None:
                mailbox = self._mailbox(identity)
                row = store.reader_by_key(connection, mailbox.key)
                if row is None and not self._open_to_all:
                    raise Forbidden("You have no account here. Ask whoever runs this instance for one.")
                if row is None:
                    row = store.add_reader(connection, fresh(mailbox, "reader", "") | {"created_at": now})
                store.link_identity(connection, identity.issuer, identity.subject, row.id, now)
            if store.is_barred(connection, row.address_key):
                raise barred()
            return reader(store.set_reader(connection, row.id, {"signed_in_at": now}) or row)

    def _mailbox(self, identity: Identity) -> addresses.Address:
        if not identity.address:
            raise Forbidden(f"{self.name} tells no verified mail address of you. Verify it there, or sign in by mail.")
        return addresses.read(identity.address, self._secret)


def _astray() -> Invalid:
    return Invalid(
        "This answer fits no sign-in that this browser began within ten minutes. Start again at /sign-in.",
        field="state",
    )
