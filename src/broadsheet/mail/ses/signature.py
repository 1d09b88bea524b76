"""Signs a request to AWS: Signature Version 4, as the service's reference gives it.

To whom a request goes is `client`'s matter.
Every header that is handed in is signed, and the body: whoever changes one of them on the way breaks the signature.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"


def signed(
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    key: tuple[str, str],
    scope: tuple[str, str],
    moment: datetime,
) -> dict[str, str]:
    """Return `headers` with X-Amz-Date and Authorization; `key` is id and secret, `scope` region and service.

    The path of `url` must stand as it is sent, and it must have no query.
    """
    parts = urlsplit(url)
    stamp = f"{moment:%Y%m%dT%H%M%SZ}"
    told = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    told |= {"host": parts.netloc, "x-amz-date": stamp}
    names = ";".join(sorted(told))
    fields = "".join(f"{name}:{told[name]}\n" for name in sorted(told))
    request = "\n".join([method, parts.path or "/", "", fields, names, _hash(body)])
    day = stamp[:8]
    within = f"{day}/{scope[0]}/{scope[1]}/aws4_request"
    to_sign = "\n".join([_ALGORITHM, stamp, within, _hash(request.encode())])
    secret = f"AWS4{key[1]}".encode()
    for part in (day, *scope, "aws4_request"):
        secret = _mac(secret, part)
    signature = _mac(secret, to_sign).hex()
    authorization = f"{_ALGORITHM} Credential={key[0]}/{within}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "X-Amz-Date": stamp, "Authorization": authorization}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _mac(secret: bytes, text: str) -> bytes:
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()
