"""Hands letters over, as many at a time as the transport carries, and tells how each ended.

What follows for a delivery is `sending`'s matter.
The word that a letter is about to leave is written down before its first byte does, by `begin`: what a crash finds
without it was never sent. The first trouble that is not one mail's own stops all, and what was not begun goes back.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePath
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic
from traceback import extract_tb
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from broadsheet.clock import Clock
from broadsheet.digests.deliveries import Claimed, Event
from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.mail.letter import Letter, Letterhead, compose
from broadsheet.mail.transport import Refused, Transport, Unsure, Withheld
from broadsheet.mail.verdicts import Verdict

AHEAD = 2  # letters for each that is handed over at a time: one on its way, one ready
SOON = 0.2  # seconds after which what has ended is told, though little has
NOBODYS = (BroadsheetError, SQLAlchemyError, OSError, MemoryError)  # troubles that are no single letter's
MOST_LOSSES = 3  # so many broken connections in a row are the server's trouble, not the mails'


@dataclass(frozen=True, slots=True)
class Handed:
    """How the handing over of one letter ended; `note` is what is kept of a server's reply.

    `verdict` is what a refusal says of the mailbox; `of_domain` tells that a 4xx may be about its whole domain.
    """

    claimed: Claimed
    reader: Row[Any]
    event: Event
    note: str = ""
    verdict: Verdict | None = None
    of_domain: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A letter that could not be written; `why` names the error and its place, and repeats nothing of the letter."""

    why: str

    @classmethod
    def by(cls, error: Exception) -> Self:
        """Tell of an error."""
        frames = extract_tb(error.__traceback__)
        place = f" in {frames[-1].name} ({PurePath(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        return cls(f"it could not be written: {type(error).__name__}{place}")


class Lanes:
    """The threads of one run; `trouble` is what stopped them, None while they go on."""

    def __init__(
        self, transport: Transport, letterhead: Letterhead, clock: Clock, begin: Callable[[Claimed], bool]
    ) -> None:
        self._transport, self._letterhead, self._clock, self._begin = transport, letterhead, clock, begin
        self._threads = ThreadPoolExecutor(transport.lanes, thread_name_prefix="mail")
        self._ended: SimpleQueue[Handed] = SimpleQueue()
        self._lock = Lock()
        self._losses = 0
        self._stopped = False
        self.trouble: BaseException | None = None
        self.under_way = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    @property
    def room(self) -> int:
        """How many more letters may be given now."""
        return self._transport.lanes * AHEAD - self.under_way

    def give(self, claimed: Claimed, reader: Row[Any], letter: "Letter | Broken | None") -> None:
        """Take one letter on; None, where there is nothing to say, and one that is broken end at once."""
        self.under_way += 1
        if letter is None:
            note = "none of its papers stands in the edition any more"
            self._ended.put(Handed(claimed, reader, Event.FIND_EMPTY, note))
        elif isinstance(letter, Broken):
            self._ended.put(Handed(claimed, reader, Event.FAIL, letter.why))
        else:
            self._threads.submit(self._work, claimed, reader, letter)

    def ended(self) -> list[Handed]:
        """Return what has ended; waits for some of what is under way, and for half of it only if that comes soon."""
        found: list[Handed] = []
        until = monotonic() + SOON
        while self.under_way:
            try:
                patience = max(0.0, until - monotonic()) if self.under_way > self._transport.lanes else 0.0
                found.append(self._ended.get(timeout=patience) if found else self._ended.get())
            except Empty:
                break
            self.under_way -= 1
        return found

    def rest(self) -> list[Handed]:
        """Wait for all that is under way, and return how it ended."""
        found = [self._ended.get() for _ in range(self.under_way)]
        self.under_way = 0
        return found

    def stop(self, trouble: BaseException | None = None) -> None:
        """Begin no more; the first `trouble` is kept."""
        with self._lock:
            self._stopped = True
            self.trouble = self.trouble or trouble

    def _work(self, claimed: Claimed, reader: Row[Any], letter: Letter) -> None:
        self._ended.put(self._hand_over(claimed, reader, letter))

    def _hand_over(self, claimed: Claimed, reader: Row[Any], letter: Letter) -> Handed:
        if self._stopped:
            return Handed(claimed, reader, Event.HAND_BACK)
        begun = False

        def last() -> bool:
            nonlocal begun
            begun = self._begin(claimed)
            return begun

        try:
            mail = compose(letter, self._letterhead, self._clock.now())
            sender = self._letterhead.envelope_sender(letter.message_id)
        except Exception as error:  # noqa: BLE001 - it stops nobody else's mail
            return Handed(claimed, reader, Event.FAIL, Broken.by(error).why)
        try:
            self._transport.send(mail, sender=sender, recipient=letter.recipient, last=last)
        except Withheld:
            return Handed(claimed, reader, Event.WITHDRAW)
        except Refused as refusal:
            self._count(lost=refusal.lost)
            event = Event.REFUSE if refusal.permanent else Event.PUT_OFF
            of_domain = not (refusal.permanent or refusal.lost or refusal.personal)
            return Handed(claimed, reader, event, refusal.message, refusal.verdict, of_domain)
        except Unsure as unsure:
            self._count(lost=True)
            return Handed(claimed, reader, Event.LOSE_SIGHT, unsure.message)
        except Unavailable as down:
            self.stop(down)
            return Handed(claimed, reader, Event.HAND_BACK)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the run tells it
            self.stop(error)
            return Handed(claimed, reader, Event.LOSE_SIGHT if begun else Event.HAND_BACK)
        self._count(lost=False)
        return Handed(claimed, reader, Event.ACCEPT)

    def _count(self, *, lost: bool) -> None:
        with self._lock:
            self._losses = self._losses + 1 if lost else 0
            too_many = self._losses >= MOST_LOSSES
        if too_many:
            words = (
                f"The mail server failed {MOST_LOSSES} times in a row without refusing a mail; the rest waits for the "
                "next run. Look into the server's log."
            )
            self.stop(Unavailable(words, value=self._transport.describe()))
