"""Reads the token of an API request: `Authorization: Bearer bst_…`, and nothing else.

What a token may do, `accounts` decides.
No cookie counts here, so that no other site can make a reader's browser use the API.
"""

from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from broadsheet.accounts.api_tokens import ApiTokens, Bearer
from broadsheet.errors import SignInNeeded

TOKEN = HTTPBearer(auto_error=False, description="A token made on a reader's own page, /me.")


def bearer(tokens: ApiTokens, given: HTTPAuthorizationCredentials | None) -> Bearer:
    """Return who asks; raises `SignInNeeded` without a token, or with one that is unknown or revoked."""
    found = tokens.bearer(given.credentials) if given else None
    if found is None:
        said = "This token is unknown or was revoked" if given else "This needs a token"
        raise SignInNeeded(f"{said}. Make one on your page, /me, and send it as: Authorization: Bearer bst_…")
    return found
