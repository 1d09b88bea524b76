"""What came of asking a host for an artefact, in one shape for all hosts; and how a host's JSON is asked for.

When it is asked again, `checks` decides. A host that wants to be left alone is no answer about the artefact.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing, Reply, Unreachable, asked_wait
from broadsheet.papers.artefacts import name_of
from broadsheet.reuse.facts import Facts, object_of

State = Literal["alive", "dead", "unsure"]
MOST_BYTES = 2_000_000
_TIMEOUT = 20.0
_GONE = {
    404: "It is not there any more (404).",
    410: "It was taken away for good (410).",
    451: "It was taken down (451).",
}
_LIMITED = (403, 429)
_USUAL_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """How an artefact was found; `facts` is None where the host said nothing new of it.

    `offline` says that not even the host's name was found, which may be this machine's own fault.
    """

    state: State
    said: str
    facts: Facts | None = None
    moved_to: str = ""
    etag: str = ""
    offline: bool = False


class Paused(Exception):  # noqa: N818 - not a fault
    """The host asks to be left alone until `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Host(Protocol):
    """One host, or all that are asked the same way."""

    name: str
    # Addresses that this host keeps begin with one of these; none stands for all that nobody else keeps.
    prefixes: tuple[str, ...]
    # Requests that it may be sent within an hour.
    per_hour: int

    def takes(self, url: str) -> bool:
        """Say whether this is whom to ask for `url`."""
        ...

    def ask(self, url: str, etag: str) -> Answer:
        """Ask for `url`; `etag` is that of the last answer. Raises `Paused`, and nothing else that a host can cause."""
        ...


class Api:
    """A host's JSON API, asked one request a second at most; `title` is how people know the host."""

    def __init__(
        self, outgoing: Outgoing, clock: Clock, title: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.title = title
        self._outgoing = outgoing
        self._clock = clock
        self._headers = {"Accept": "application/json", **(headers or {})}

    def ask(
        self,
        url: str,
        etag: str,
        adapt: Callable[[Mapping[str, Any]], Answer],
        refused: Callable[[Reply], Answer | None] = lambda _: None,
    ) -> Answer:
        """Return what `adapt` makes of the object at `url`; `refused` may answer before its status does.

        Raises `Paused` where the host limits us; everything else that can go wrong is an answer.
        """
        try:
            reply = self.get(url, etag)
            answer = refused(reply) or settled(reply, self.title)
            return answer or replace(adapt(_object(reply)), etag=reply.headers.get("etag", "")[:255])
        except Unreachable as error:
            return failed(error)
        except (ValueError, RecursionError):
            return Answer("unsure", f"{self.title} answered, but not in its own language.")

    def get(self, url: str, etag: str = "") -> Reply:
        """Return the reply to `url`; raises `Paused` where the host limits us, `Unreachable` where none came."""
        headers = {**self._headers, **({"If-None-Match": etag} if etag else {})}
        try:
            reply = self._outgoing.get(url, headers=headers, max_bytes=MOST_BYTES, timeout=_TIMEOUT, pace=1.0)
        except Unreachable as error:
            if error.until is not None:
                raise Paused(error.until) from error
            raise
        if reply.status in _LIMITED:
            now = self._clock.now()
            wait = asked_wait(dict(reply.headers), 429, now)
            if wait is not None or b"rate limit" in reply.body[:2_000].lower():
                raise Paused(now + (timedelta(seconds=wait) if wait else _USUAL_PAUSE))
        return reply

    def there(self, facts: Facts, asked: str, stands: str | None) -> Answer:
        """Return that an artefact is there; `stands` is its address by its host's own word, which may be a new one."""
        is_new = stands is not None and stands.startswith("https://") and name_of(stands) != name_of(asked)
        moved = stands if stands and is_new else ""
        return Answer("alive", f"It moved to {moved}." if moved else f"{self.title} has it.", facts, moved)


def settled(reply: Reply, title: str) -> Answer | None:
    """Return what a status says without its body; None for a good answer that is to be read."""
    if reply.status in _GONE:
        return Answer("dead", _GONE[reply.status])
    if reply.status == 304:
        return Answer("alive", f"{title} has it, unchanged.")
    if reply.status != 200:
        return Answer("unsure", f"{title} answered {reply.status}.")
    return None


def failed(error: Unreachable) -> Answer:
    """Return what is to be said where no answer came."""
    return Answer("unsure", f"No answer: {error.cause}.", offline=error.cause.startswith("no network, or the name"))


def _object(reply: Reply) -> Mapping[str, Any]:
    """Read a JSON object; raises `ValueError` for anything else."""
    found = object_of(json.loads(reply.body.decode("utf-8", "replace")))
    if not found:
        raise ValueError("no object")
    return found
