"""Speaks OpenID Connect with one provider: discovery, the code flow with PKCE, and what an ID token says.

Which reader that is, `openid` decides. authlib, which knows the protocol, is imported here and nowhere else.
Every request goes through the guarded client, and nothing in a token is believed before its signature, issuer,
audience, times and nonce have been checked (OpenID Connect Core 1.0, 3.1.3.7).
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from broadsheet.accounts.openid import Challenge, Identity, Provided
from broadsheet.clock import Clock
from broadsheet.errors import Forbidden, Unavailable
from broadsheet.outgoing import Outgoing

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384")  # by public key alone: the secret signs nothing
SCOPE = "openid email"
LARGEST = 200_000  # bytes of any answer
LEEWAY = 60  # seconds that the two clocks may differ
_BAD_TOKEN = (JoseError, ValueError, TypeError, KeyError)
_KEPT_FOR = timedelta(hours=1)
_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider's operator gave this instance; an empty secret is a public client's."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself, and its keys; kept for an hour."""

    at: datetime
    metadata: Mapping[str, Any]
    keys: KeySet


class Provider(Provided):
    """One provider, by its issuer."""

    def __init__(self, outgoing: Outgoing, clock: Clock, client: Client) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._client = client
        self._cached: _Known | None = None

    def begin(self) -> tuple[str, Challenge]:
        """Return where to send the browser, and what must fit when it comes back. Raises `Unavailable`."""
        challenge = Challenge(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        url = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            self._client.id,
            "code",
            redirect_uri=self._client.redirect_uri,
            scope=SCOPE,
            state=challenge.state,
            nonce=challenge.nonce,
            code_challenge=create_s256_code_challenge(challenge.verifier),
            code_challenge_method="S256",
        )
        return str(url), challenge

    def finish(self, code: str, challenge: Challenge) -> Identity:
        """Return who came back with `code`. Raises `Forbidden` for an answer that does not hold, `Unavailable`."""
        tokens = self._exchange(code, challenge.verifier)
        claims = self._checked(tokens, challenge.nonce)
        if "email" not in claims and isinstance(tokens.get("access_token"), str):
            claims = {**claims, **self._userinfo(tokens["access_token"], claims["sub"])}
        address = claims.get("email")
        verified = claims.get("email_verified") in (True, "true")
        return Identity(self._client.issuer, claims["sub"], address if verified and isinstance(address, str) else "")

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        extra = {"code": code, "code_verifier": verifier, "client_id": self._client.id}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        methods = self._known().metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._client.secret and "client_secret_basic" in methods:
            pair = f"{quote(self._client.id, safe='')}:{quote(self._client.secret, safe='')}"  # RFC 6749, 2.3.1
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif self._client.secret:
            extra["client_secret"] = self._client.secret
        body = prepare_token_request("authorization_code", "", redirect_uri=self._client.redirect_uri, **extra)
        reply = self._outgoing.post(
            self._endpoint("token_endpoint"), body.encode(), headers=headers, max_bytes=LARGEST, timeout=_PATIENCE
        )
        if reply.status != 200:
            raise refused(f"it did not take the code ({reply.status})")
        return _object(reply.body, "its answer to the code")

    def _checked(self, tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        if not isinstance(tokens.get("id_token"), str):
            raise refused("its answer holds no ID token")
        try:
            return self._read(tokens, nonce, self._known().keys)
        except _BAD_TOKEN:
            self._cached = None  # it may have changed its keys within the hour
        try:
            return self._read(tokens, nonce, self._known().keys)
        except _BAD_TOKEN as error:
            raise refused(f"its ID token does not hold ({type(error).__name__})") from error

    def _read(self, tokens: Mapping[str, Any], nonce: str, keys: KeySet) -> dict[str, Any]:
        token = jwt.decode(tokens["id_token"], keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": self._client.issuer},
                "aud": {"essential": True, "value": self._client.id},
                "sub": {"essential": True},
            },
            params={"nonce": nonce, "client_id": self._client.id, "access_token": tokens.get("access_token")},
        )
        claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY)
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise refused("its ID token names nobody")
        return dict(claims)

    def _userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        if "userinfo_endpoint" not in self._known().metadata:
            return {}
        reply = self._outgoing.get(
            self._endpoint("userinfo_endpoint"),
            headers={"Authorization": f"Bearer {access_token}", "Accept": "application/json"},
            max_bytes=LARGEST,
            timeout=_PATIENCE,
        )
        told = _object(reply.body, "what it says of you") if reply.status == 200 else {}
        if told and told.get("sub") != subject:  # Core 5.3.2: else one reader's data could be given for another's
            raise refused("it speaks of somebody else")
        return {name: told[name] for name in ("email", "email_verified") if name in told}

    def _endpoint(self, name: str) -> str:
        url = self._known().metadata.get(name)
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise Unavailable(f"The OpenID provider {self._client.issuer} names no {name}.", value=name)
        return url

    def _known(self) -> _Known:
        now = self._clock.now()
        if self._cached is None or now - self._cached.at >= _KEPT_FOR:
            metadata = self._fetch(self._client.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if metadata.get("issuer") != self._client.issuer:
                raise Unavailable(
                    f"BROADSHEET_OIDC_ISSUER is {self._client.issuer}, and what stands there calls itself "
                    f"{str(metadata.get('issuer'))[:200]}. Write it exactly so, with or without a slash at the end.",
                    value=self._client.issuer,
                )
            try:
                keys = KeySet.import_key_set(self._fetch(str(metadata.get("jwks_uri"))))  # type: ignore[arg-type]
            except (JoseError, KeyError, ValueError, TypeError) as error:
                raise Unavailable(f"The keys of {self._client.issuer} cannot be read.") from error
            self._cached = _Known(now, metadata, keys)
        return self._cached

    def _fetch(self, url: str) -> dict[str, Any]:
        reply = self._outgoing.get(url, headers={"Accept": "application/json"}, max_bytes=LARGEST, timeout=_PATIENCE)
        if reply.status != 200:
            raise Unavailable(f"The OpenID provider answers {reply.status} at {url}.", value=url)
        return _object(reply.body, "what it says of itself")


def refused(why: str) -> Forbidden:
    """Return the error for an answer of the provider that does not hold."""
    return Forbidden(f"The provider’s answer cannot be used: {why}. Start again at /sign-in.")


def _object(body: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unavailable(f"The OpenID provider’s answer cannot be read: {what} is no JSON.") from error
    if not isinstance(found, dict):
        raise Unavailable(f"The OpenID provider’s answer cannot be read: {what} is no JSON object.")
    return found
