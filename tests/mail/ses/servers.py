"""A local server that speaks the two services of Amazon that mails need, with faults to order: real sockets and keys.

It takes a request only if its signature holds for the very bytes that came, and signs notices as SNS does.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import Clock
from broadsheet.mail.ses.account import Account
from broadsheet.mail.ses.client import Client
from broadsheet.mail.ses.signature import signed
from broadsheet.outgoing import Outgoing
from tests.sources.servers import serving

REGION, KEY_ID, SECRET_KEY = "eu-west-1", "AKIDTIDE", "a key for tests alone"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:mail"
CERTIFICATE = "/SimpleNotificationService-0123abcd.pem"


@dataclass
class Fault:
    """What the next request for a mail is answered with; one that `drops` breaks off in the middle of its answer."""

    status: int
    kind: str = ""
    words: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    drops: bool = False


@dataclass
class Amazon:
    """What the server was told and what it shall answer; `url` is where it serves."""

    url: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    account: dict[str, Any] = field(default_factory=dict)
    identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def raw(self, number: int = -1) -> bytes:
        """One of the mails that were taken, byte for byte."""
        return b64decode(self.taken[number]["Content"]["Raw"]["Data"])

    @property
    def mails(self) -> list[EmailMessage]:
        raw = (self.raw(n).replace(b"\r\n", b"\n") for n in range(len(self.taken)))
        return [cast("EmailMessage", message_from_bytes(one, policy=policy.default)) for one in raw]

    def of(self, **changed: str) -> Account:
        """The account that this server knows."""
        given = {"topic": TOPIC, "url": self.url, "notices_url": self.url, "secret": SECRET_KEY, **changed}
        return Account(REGION, KEY_ID, **given)

    def client(self, clock: Clock, timeout: float = 30.0, **changed: str) -> Client:
        outgoing = Outgoing(user_agent="Broadsheet/0 (test)", clock=clock, allow_private=True, patience=0.0)
        return Client(self.of(**changed), outgoing, clock, timeout)

    def notice(self, message: object, kind: str = "Notification", version: str = "2", **changed: str) -> bytes:
        """What SNS posts, signed; `changed` goes over the fields before the signature is made."""
        told = {
            "Type": kind,
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": "2026-01-15T12:00:00.000Z",
            "SignatureVersion": version,
            "SigningCertURL": f"{self.url}{CERTIFICATE}",
            **changed,
        }
        if kind != "Notification":
            told = {"Token": "2336412f37", "SubscribeURL": f"{self.url}/?Action=ConfirmSubscription&Token=23", **told}
        names = ("Message", "MessageId", *(("SubscribeURL",) if kind != "Notification" else ("Subject",)), "Timestamp")
        names += (*(("Token",) if kind != "Notification" else ()), "TopicArn", "Type")
        text = "".join(f"{name}\n{told[name]}\n" for name in names if name in told)
        way = SHA256() if version == "2" else SHA1()  # noqa: S303 - what SNS signs by unless told otherwise
        signature = b64encode(_key().sign(text.encode(), PKCS1v15(), way)).decode("ascii")
        return json.dumps({**told, "Signature": signature}).encode()


@lru_cache
def _key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache
def certificate(days: int = 3650) -> bytes:
    """The certificate that notices are signed under, valid for so many days from 2026 on."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .sign(_key(), SHA256())
    )
    return made.public_bytes(Encoding.PEM)


@contextmanager
def amazon(days: int = 3650) -> Iterator[Amazon]:
    """Serve both services on one port while the block runs."""
    ours = Amazon(account={"SendingEnabled": True, "ProductionAccessEnabled": True, "EnforcementStatus": "HEALTHY"})

    async def send(request: Request) -> Response:
        body = await request.body()
        if not _holds(request, body):
            return JSONResponse({"message": "The signature does not match."}, 403, _kind("SignatureDoesNotMatch"))
        told = json.loads(body)
        ours.told.append(told)
        if not ours.faults:
            ours.taken.append(told)
            return JSONResponse({"MessageId": f"0102{len(ours.taken):056d}"})
        fault = ours.faults.pop(0)
        if fault.drops:
            return Response(b"{", headers={"content-length": "900"})
        return JSONResponse({"message": fault.words}, fault.status, {**_kind(fault.kind), **fault.headers})

    def ask(request: Request) -> Response:
        if not _holds(request, b""):
            return JSONResponse({"message": "The key is not known."}, 403, _kind("UnrecognizedClientException"))
        name = request.path_params.get("name")
        found = ours.account if name is None else ours.identities.get(name)
        if found is None:
            return JSONResponse({"message": f"Email identity {name} does not exist."}, 404, _kind("NotFoundException"))
        return JSONResponse(found)

    def certified(_request: Request) -> Response:
        ours.asked.append("certificate")
        return Response(certificate(days))

    def confirm(request: Request) -> Response:
        ours.confirmed.append(request.query_params["Token"])
        return Response("<ConfirmSubscriptionResponse/>", media_type="text/xml")

    routes = [
        Route("/v2/email/outbound-emails", send, methods=["POST"]),
        Route("/v2/email/account", ask),
        Route("/v2/email/identities/{name}", ask),
        Route(CERTIFICATE, certified),
        Route("/", confirm),
    ]
    with serving(Starlette(routes=routes)) as url:
        ours.url = url
        yield ours


def _kind(name: str) -> dict[str, str]:
    return {"x-amzn-ErrorType": f"{name}:http://internal.amazon.com/coral/"} if name else {}


def _holds(request: Request, body: bytes) -> bool:
    """Whether the request's signature is the one that the key makes for what came."""
    given = request.headers.get("authorization", "")
    names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: request.headers[name] for name in names if name not in ("host", "x-amz-date")}
    moment = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%S%z")
    url = f"http://{request.headers['host']}{request.url.path}"
    key, scope = (KEY_ID, SECRET_KEY), (REGION, "ses")
    return signed(request.method, url, body, headers, key=key, scope=scope, moment=moment)["Authorization"] == given
