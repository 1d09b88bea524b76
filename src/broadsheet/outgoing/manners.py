"""What a server asks of whoever visits it: how long to wait, in any of the headers in which servers say so.

Whether and how it is obeyed is the client's matter.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Answers after which the same question may be asked again.
AGAIN = frozenset({429, 500, 502, 503, 504})


def asked_wait(headers: Mapping[str, str], status: int, now: datetime) -> float | None:
    """Return how many seconds the server asks to wait, None if it does not.

    Reads `Retry-After` (RFC 9110, 10.2.3), `Backoff` (Zotero), and `RateLimit` with its older and `X-` forms
    (draft-ietf-httpapi-ratelimit-headers) where nothing remains.
    """
    waits = [_seconds(headers.get("backoff", ""), now)]
    if status in AGAIN:
        waits.append(_seconds(headers.get("retry-after", ""), now))
    remaining, reset = _rate_limit(headers)
    if reset and (remaining == "0" or (status == 429 and remaining is None)):
        waits.append(_seconds(reset, now))
    return max((wait for wait in waits if wait is not None), default=None)


def _rate_limit(headers: Mapping[str, str]) -> tuple[str | None, str]:
    combined = headers.get("ratelimit", "")
    if combined:
        parts: dict[str, str] = dict(re.findall(r"\b(r|remaining|t|reset)\s*=\s*(\d+)", combined))
        return parts.get("r", parts.get("remaining")), parts.get("t", parts.get("reset", ""))
    for prefix in ("ratelimit-", "x-ratelimit-"):
        if prefix + "reset" in headers:
            return headers.get(prefix + "remaining"), headers[prefix + "reset"]
    return None, ""


def _seconds(value: str, now: datetime) -> float | None:
    """Read seconds, an epoch (as X-RateLimit-Reset has it), or an HTTP date."""
    value = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", value):
        number = float(value)
        return max(0.0, number - now.timestamp()) if number > 1e9 else number
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
