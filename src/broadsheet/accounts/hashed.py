"""Random tokens and what is kept of them: a token is told once, and only its hash is stored.

The hash needs no salt and no slow function: a token has 256 random bits, and nobody guesses those.
"""

import hashlib
import secrets

LONGEST = 100  # characters; ours have at most 47


def new_token(prefix: str = "") -> str:
    """Return a fresh token: `prefix` and 43 URL-safe characters."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what is stored of a token, 64 hexadecimal digits; what cannot be ours gets a hash that no row has."""
    return hashlib.sha256(token[:LONGEST].encode("utf-8", "replace")).hexdigest()
