"""An OpenID provider as a process of its own: `python -m tests.accounts.openid_server PORT`.

It approves whoever comes, checks what a provider must (client, redirect address, PKCE, a code's one use), and does
wrong what POST /control names: that is what the tests are about.
"""

import base64
import hashlib
import sys
import time
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "tide", "a secret: with / and ü"


class Server:
    """The state of one provider; `faults` changes claims or behaviour by name."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})]
        self.stranger = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.faults: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def discover(self, _request: Request) -> Response:
        endpoints = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
        told = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **endpoints}
        return JSONResponse(told | {"userinfo_endpoint": f"{self.issuer}/userinfo"} | self.faults.get("metadata", {}))

    def published(self, _request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    def authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        wrong = query.get("client_id") != CLIENT or query.get("response_type") != "code"
        if wrong or query.get("code_challenge_method") != "S256" or "openid" not in query.get("scope", "").split():
            return JSONResponse({"error": "invalid_request"}, 400)
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.issuer} | self.faults.get("answer", {})
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", 303)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None or base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if form.get("redirect_uri") != asked["redirect_uri"] or not self._is_client(request):
            return JSONResponse({"error": "invalid_client"}, 401)
        told = {"access_token": "access", "token_type": "Bearer", "id_token": self._id_token(asked)}
        return JSONResponse(told | self.faults.get("tokens", {}))

    def userinfo(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer access":
            return JSONResponse({"error": "invalid_token"}, 401)
        told = {"sub": "subject-1", "email": "Ada.Quill@example.org", "email_verified": True}
        return JSONResponse(told | self.faults.get("userinfo", {}))

    async def control(self, request: Request) -> Response:
        self.faults = await request.json()
        if self.faults.get("rotate"):
            self.keys = [RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})]
        return JSONResponse({"asked": self.asked})

    def _is_client(self, request: Request) -> bool:
        pair = f"{CLIENT}:{quote(SECRET, safe='')}".encode()
        return request.headers.get("authorization") == "Basic " + base64.b64encode(pair).decode()

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.issuer, "aud": CLIENT, "sub": "subject-1", "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "email": "Ada.Quill@example.org", "email_verified": True}
        claims |= self.faults.get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.faults.get("unsigned"):
            parts = (b'{"alg":"none"}', str(claims).replace("'", '"').replace("True", "true").encode())
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        key = self.stranger if self.faults.get("strange_key") else self.keys[0]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def main(port: int) -> None:
    server = Server(f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", server.discover),
        Route("/keys", server.published),
        Route("/authorization_endpoint", server.authorize),
        Route("/token_endpoint", server.token, methods=["POST"]),
        Route("/userinfo", server.userinfo),
        Route("/control", server.control, methods=["POST"]),
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
