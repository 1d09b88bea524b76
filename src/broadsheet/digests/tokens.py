"""Signed tokens in links: what a mail's reader may do without an account.

A token names its subscription and its purpose; whether the subscription allows it now is `subscriptions`' matter.
The key is the instance's secret and the row's own `token_key`: a new `token_key` ends every link that was ever mailed.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from itsdangerous import BadData, Serializer, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from broadsheet.errors import Invalid

Purpose = Literal["confirm", "manage", "agree", "read"]
CONFIRM_WITHIN = timedelta(days=7)
_LONGEST = 300
_LETTERS: dict[str, Purpose] = {"c": "confirm", "m": "manage", "a": "agree", "r": "read"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says: true only once `Tokens.verify` returned it."""

    purpose: Purpose
    subscription_id: int
    issued_at: datetime


class _Serializer(URLSafeSerializer):
    """Never compresses: a token that must be unpacked could unpack to anything."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(Serializer.dump_payload(self, obj))


class Tokens:
    """Makes and checks the tokens of one instance."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, purpose: Purpose, subscription_id: int, token_key: str, issued_at: datetime) -> str:
        """Return a token, about 80 URL-safe characters."""
        return self._signer(token_key).dumps([purpose[0], subscription_id, int(issued_at.timestamp())])

    def unverified(self, token: str) -> int:
        """Return the subscription that `token` claims to be about, to look its key up; raises `Invalid`."""
        return self._read(token, "", trusted=False).subscription_id

    def verify(self, token: str, token_key: str) -> Claim:
        """Return what `token` says if the row with `token_key` signed it; raises `Invalid`."""
        return self._read(token, token_key, trusted=True)

    def _read(self, token: str, token_key: str, *, trusted: bool) -> Claim:
        # A leading dot marks a compressed payload, which we never make.
        if len(token) > _LONGEST or token.startswith(".") or not token.isascii():
            raise bad_token()
        signer = self._signer(token_key)
        try:
            content = signer.loads(token) if trusted else signer.loads_unsafe(token)[1]
        except (BadData, ValueError, RecursionError) as error:
            raise bad_token() from error
        match content:
            case [str(letter), int(number), int(seconds)] if letter in _LETTERS and 0 < number < 2**62:
                if 0 <= seconds < 2**33:
                    return Claim(_LETTERS[letter], number, datetime.fromtimestamp(seconds, UTC))
        raise bad_token()

    def _signer(self, token_key: str) -> _Serializer:
        return _Serializer(
            self._secret,
            salt=f"broadsheet.subscription.{token_key}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


def bad_token() -> Invalid:
    """Return the one answer to every token that does not hold, which tells a guesser nothing."""
    return Invalid(
        "This link is incomplete or no longer holds. Open the newest mail and follow its link, or subscribe again.",
        field="token",
    )
