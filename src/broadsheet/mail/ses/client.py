"""Asks one account of Amazon SES (API version 2), each request signed, and reads what it answers.

What an answer means for a mail is `answers`' matter.
A mail is told once and never repeated from here: whether it may be sent again, the sender alone knows.
"""

import json
from collections.abc import Mapping
from typing import Any

from broadsheet.clock import Clock
from broadsheet.mail.ses.account import Account
from broadsheet.mail.ses.answers import Answer
from broadsheet.mail.ses.signature import signed
from broadsheet.outgoing import Outgoing, Reply, asked_wait

SECONDS = 30.0  # for a whole answer; SES answers in a tenth of one
_LARGEST = 256 * 1024  # bytes of an answer


class Client:
    """One account's requests; safe to share between threads."""

    def __init__(self, account: Account, outgoing: Outgoing, clock: Clock, timeout: float = SECONDS) -> None:
        self.account = account
        self._outgoing = outgoing
        self._clock = clock
        self._timeout = timeout

    def send(self, mail: Mapping[str, Any]) -> Answer:
        """Hand a mail over (SendEmail); raises `NoAnswer` where it may have arrived, else `Unreachable`."""
        url = f"{self.account.endpoint}/v2/email/outbound-emails"
        body = json.dumps(mail).encode()
        headers = self._signed("POST", url, body, {"Content-Type": "application/json"})
        return self._read(self._outgoing.tell(url, body, headers=headers, max_bytes=_LARGEST, timeout=self._timeout))

    def ask(self, path: str) -> Answer:
        """Ask for something under /v2/email/, changing nothing; raises `Unreachable`."""
        url = f"{self.account.endpoint}/v2/email/{path}"
        headers = self._signed("GET", url, b"", {})
        return self._read(self._outgoing.get(url, headers=headers, max_bytes=_LARGEST, timeout=self._timeout))

    def _signed(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        account = self.account
        key, scope = (account.key_id, account.secret), (account.region, "ses")
        return signed(method, url, body, headers, key=key, scope=scope, moment=self._clock.now())

    def _read(self, reply: Reply) -> Answer:
        try:
            document = json.loads(reply.body)
        except ValueError:
            document = None
        said: dict[str, Any] = document if isinstance(document, dict) else {}
        kind = str(reply.headers.get("x-amzn-errortype") or said.get("__type") or said.get("code") or "")
        return Answer(
            status=reply.status,
            kind=kind.partition(":")[0].rpartition("#")[2][:80],
            words=str(said.get("message") or said.get("Message") or ""),
            document=said,
            wait=asked_wait(reply.headers, reply.status, self._clock.now()),
        )
