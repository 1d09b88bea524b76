"""Reads the notices that Amazon SNS posts, and believes those alone that it signed, of the one topic that is set.

What a notice says of a mail is `events`' matter, what follows `mail.returned.intake`'s.
A certificate is fetched from the topic's own service and from nowhere else, so that nobody who posts a notice can send
this instance anywhere.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from broadsheet.clock import Clock
from broadsheet.errors import Forbidden, Invalid, Unavailable
from broadsheet.logs import get_logger
from broadsheet.mail.ses.account import Account
from broadsheet.outgoing import Outgoing

LARGEST = 300 * 1024  # bytes; SNS sends 256 kB of message at most
_MOST_KEYS = 8
_OF_NOTICE = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OF_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_HASHES = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - the first version that SNS still signs by, unless told otherwise
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{1,80}\.pem")
_log = get_logger("mail")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice that SNS signed; `message` is what SES says."""

    kind: str
    message: str
    confirm_at: str = ""


class Notices:
    """The notices of one topic."""

    def __init__(self, account: Account, outgoing: Outgoing, clock: Clock) -> None:
        self._account = account
        self._outgoing = outgoing
        self._clock = clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._lock = Lock()

    def read(self, raw: bytes) -> Notice:
        """Return what was posted; raises `Invalid` for what is no notice, `Forbidden` for one that is not our topic's.

        `Unavailable` tells that the certificate cannot be fetched now: SNS posts the notice again.
        """
        told = _fields(raw)
        if not self._account.topic or told.get("TopicArn") != self._account.topic:
            raise Forbidden("This notice is of another topic than BROADSHEET_SES_TOPIC.")
        self._require_signature(told)
        return Notice(told["Type"], told["Message"], told.get("SubscribeURL", ""))

    def confirm(self, notice: Notice) -> None:
        """Tell SNS that this instance wants the topic's notices; raises `Forbidden` or `Unavailable`."""
        if not notice.confirm_at.startswith(f"{self._account.notices_endpoint}/?"):
            raise Forbidden("A topic is confirmed at its own service alone.")
        reply = self._outgoing.get(notice.confirm_at, max_bytes=64 * 1024, timeout=20.0)
        if reply.status != 200:
            raise Unavailable(f"SNS did not take the confirmation of the topic ({reply.status}); confirm it again.")
        _log.info("mail_topic_confirmed")

    def _require_signature(self, told: Mapping[str, str]) -> None:
        names = _OF_NOTICE if told["Type"] == "Notification" else _OF_CONFIRMATION
        signed = "".join(f"{name}\n{told[name]}\n" for name in names if name in told)
        way = _HASHES.get(told.get("SignatureVersion", ""))
        if way is None:
            raise Forbidden("This notice is signed in a way that is not known here.")
        key = self._key(told.get("SigningCertURL", ""))
        try:
            key.verify(b64decode(told.get("Signature", ""), validate=True), signed.encode(), PKCS1v15(), way)
        except (InvalidSignature, ValueError) as error:
            raise Forbidden("This notice's signature does not hold.") from error

    def _key(self, url: str) -> RSAPublicKey:
        base = self._account.notices_endpoint
        if not (url.startswith(base) and _CERTIFICATE.fullmatch(url[len(base) :])):
            raise Forbidden("This notice names a certificate that is not the topic's own service's.")
        with self._lock:
            key = self._keys.get(url)
        if key is None:
            key = self._fetched(url)
            with self._lock:
                if len(self._keys) >= _MOST_KEYS:
                    self._keys.clear()
                self._keys[url] = key
        return key

    def _fetched(self, url: str) -> RSAPublicKey:
        reply = self._outgoing.get(url, max_bytes=64 * 1024, timeout=20.0)
        if reply.status != 200:
            raise Forbidden("This notice names a certificate that there is not.")
        try:
            certificate = load_pem_x509_certificate(reply.body)
        except ValueError as error:
            raise Unavailable("The certificate of SNS cannot be read.") from error
        key = certificate.public_key()
        now = self._clock.now()
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise Forbidden("This notice is signed by a certificate that does not hold now.")
        if not isinstance(key, RSAPublicKey):
            raise Forbidden("This notice is signed by a certificate of another kind.")
        return key


def _fields(raw: bytes) -> dict[str, str]:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        document = None
    told = (
        {name: value for name, value in document.items() if isinstance(value, str)}
        if isinstance(document, dict)
        else {}
    )
    if not {"Type", "Message", "MessageId", "Timestamp", "TopicArn"} <= told.keys():
        raise Invalid("This is no notice of Amazon SNS.", field="body")
    return told
