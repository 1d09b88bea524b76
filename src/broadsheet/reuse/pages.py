"""Any other address: asks whether something stands there, without reading it.

Many sites turn robots away whatever stands there, so a refusal says nothing about the artefact.
"""

from broadsheet.errors import BroadsheetError
from broadsheet.outgoing import Outgoing, Unreachable
from broadsheet.papers.artefacts import name_of
from broadsheet.reuse.answers import Answer, Paused, failed, settled

_REFUSALS = frozenset({400, 401, 402, 403, 405, 406, 407, 418, 421, 423, 425, 426, 428, 431})


class Pages:
    """Asks web servers of all kinds; each has its own budget."""

    name = "pages"
    prefixes: tuple[str, ...] = ()
    per_hour = 12

    def __init__(self, outgoing: Outgoing, *, timeout: float = 20.0) -> None:
        """`timeout` is the longest that a page may take to answer, in seconds."""
        self._outgoing = outgoing
        self._timeout = timeout

    def takes(self, url: str) -> bool:
        """Say that any address can be asked for."""
        return url.startswith(("http://", "https://"))

    def ask(self, url: str, etag: str) -> Answer:  # noqa: ARG002 - what is not read needs no tag
        """Look at one address."""
        try:
            reply = self._outgoing.look(url, timeout=self._timeout, pace=1.0)
        except Unreachable as error:
            if error.until is not None:
                raise Paused(error.until) from error
            return failed(error)
        except BroadsheetError as error:  # it leads to a private network, or from https to http
            return Answer("unsure", error.message[:300])
        if 200 <= reply.status < 300:
            moved = reply.moved_to if reply.moved_to and name_of(reply.moved_to) != name_of(url) else ""
            return Answer("alive", f"It moved to {moved}." if moved else "It answers.", moved_to=moved[:2048])
        if reply.status in _REFUSALS:
            return Answer("unsure", f"It answers, but lets no program in ({reply.status}).")
        return settled(reply, "It") or Answer("alive", "It answers.")
