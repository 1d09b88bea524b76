"""The fate of one mail as a state machine: which event leads from which state to which, and when to try again.

The rows are `store`'s, the events `sending`'s.
No statement moves a delivery but along `MOVES`; a digest that may have left is never `queued` again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a delivery stands; the last five are settled."""

    QUEUED = "queued"
    SENDING = "sending"
    SOFT_BOUNCED = "soft_bounced"  # put off by the server; tried again
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    UNSURE = "unsure"  # a crash or a broken connection hid whether the server took it
    SUPPRESSED = "suppressed"  # consent ended, or the address must not be written to
    EMPTY = "empty"  # the edition held nothing that this reader had not been sent before


class Event(StrEnum):
    """What can happen to a delivery."""

    CLAIM = "claim"  # a run takes it to send it now
    ACCEPT = "accept"
    PUT_OFF = "put_off"  # a 4xx reply or a broken connection; nothing was handed over
    REFUSE = "refuse"  # a 5xx reply, or put off too often
    HAND_BACK = "hand_back"  # no mail can leave now, this one was never tried
    LOSE_SIGHT = "lose_sight"
    COME_BACK = "come_back"  # a report says that it was not delivered after all
    WITHDRAW = "withdraw"
    FIND_EMPTY = "find_empty"


MOVES: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.QUEUED, Event.CLAIM): State.SENDING,
        (State.SOFT_BOUNCED, Event.CLAIM): State.SENDING,
        (State.SENDING, Event.ACCEPT): State.ACCEPTED,
        (State.SENDING, Event.PUT_OFF): State.SOFT_BOUNCED,
        (State.SENDING, Event.REFUSE): State.BOUNCED,
        (State.SENDING, Event.HAND_BACK): State.QUEUED,
        (State.SENDING, Event.LOSE_SIGHT): State.UNSURE,
        (State.SENDING, Event.FIND_EMPTY): State.EMPTY,
        (State.QUEUED, Event.WITHDRAW): State.SUPPRESSED,
        (State.SOFT_BOUNCED, Event.WITHDRAW): State.SUPPRESSED,
        (State.SENDING, Event.COME_BACK): State.BOUNCED,
        (State.ACCEPTED, Event.COME_BACK): State.BOUNCED,
        (State.UNSURE, Event.COME_BACK): State.BOUNCED,
        # A slow run that was taken for dead may still tell how it ended.
        (State.UNSURE, Event.ACCEPT): State.ACCEPTED,
        (State.UNSURE, Event.PUT_OFF): State.BOUNCED,
        (State.UNSURE, Event.REFUSE): State.BOUNCED,
    }
)

# Papers of these deliveries count as mailed to the reader: what bounced was never read.
MAILED = (State.QUEUED, State.SENDING, State.SOFT_BOUNCED, State.ACCEPTED, State.UNSURE)
SETTLED = (State.ACCEPTED, State.BOUNCED, State.UNSURE, State.SUPPRESSED, State.EMPTY)

MOST_ATTEMPTS = 5
_WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this run has taken, in state `sending`; `attempts` counts this one."""

    id: int
    subscription_id: int
    edition_id: int | None
    kind: str
    attempts: int
    message_id: str
    occasion: str


def sources(event: Event) -> dict[State, State]:
    """Return from which states `event` leads, and whereto."""
    return {state: target for (state, by), target in MOVES.items() if by is event}


def wait(attempts: int) -> timedelta | None:
    """Return how long to wait after that many attempts were put off; None when it was the last."""
    return None if attempts >= MOST_ATTEMPTS else _WAITS[attempts - 1]
