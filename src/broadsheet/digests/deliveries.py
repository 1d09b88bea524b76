"""The fate of one mail as a state machine: which event leads from which state to which, and when to try again.

    queued ──▶ taken ──▶ sending ──▶ accepted | bounced          soft_bounced: put off, tried again
                            │                                    set_aside: not to be written now, tried again
                            ╰──▶ again ──▶ retaken ──▶ resending ──▶ accepted | bounced | unsure

The rows are `delivery_store`'s, the events `sending`'s.
No statement moves a delivery but along `MOVES`. A mail whose end a crash or a broken connection hid goes out once more
under the same Message-ID, and never a third time: everybody is mailed, and nobody thrice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a delivery stands; the last six are settled."""

    QUEUED = "queued"
    TAKEN = "taken"  # a run has it in hand, and nothing of it has left
    SENDING = "sending"  # it may be on its way
    SOFT_BOUNCED = "soft_bounced"  # put off by the server; tried again
    SET_ASIDE = "set_aside"  # its letter could not be written; tried again
    AGAIN = "again"  # nobody knows whether the server took it; waits to go out once more
    RETAKEN = "retaken"
    RESENDING = "resending"
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    UNSURE = "unsure"  # its end was hidden twice
    SUPPRESSED = "suppressed"  # consent ended, or the address must not be written to
    EMPTY = "empty"  # the edition held nothing that this reader had not been sent before
    LAPSED = "lapsed"  # no mail could leave, or its letter not be written, until it was of no use any more


class Event(StrEnum):
    """What can happen to a delivery."""

    CLAIM = "claim"  # a run takes it to send it now
    BEGIN = "begin"  # its first byte is about to leave
    ACCEPT = "accept"
    PUT_OFF = "put_off"  # a 4xx reply or a broken connection; nothing was handed over
    REFUSE = "refuse"  # a 5xx reply, or put off too often
    HAND_BACK = "hand_back"  # no mail can leave now, or the run died: this one was never tried
    LOSE_SIGHT = "lose_sight"
    WITHDRAW = "withdraw"
    FIND_EMPTY = "find_empty"
    FAIL = "fail"  # its letter cannot be written, through a fault of ours
    GIVE_UP = "give_up"  # the same, too often
    LAPSE = "lapse"
    COME_BACK = "come_back"  # a report says that it was not delivered after all


MOVES: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.QUEUED, Event.CLAIM): State.TAKEN,
        (State.SOFT_BOUNCED, Event.CLAIM): State.TAKEN,
        (State.TAKEN, Event.BEGIN): State.SENDING,
        (State.TAKEN, Event.PUT_OFF): State.SOFT_BOUNCED,
        (State.TAKEN, Event.REFUSE): State.BOUNCED,
        (State.TAKEN, Event.HAND_BACK): State.QUEUED,
        (State.TAKEN, Event.FIND_EMPTY): State.EMPTY,
        (State.TAKEN, Event.FAIL): State.SET_ASIDE,
        (State.TAKEN, Event.GIVE_UP): State.LAPSED,
        (State.SET_ASIDE, Event.CLAIM): State.TAKEN,
        (State.SENDING, Event.ACCEPT): State.ACCEPTED,
        (State.SENDING, Event.PUT_OFF): State.SOFT_BOUNCED,
        (State.SENDING, Event.REFUSE): State.BOUNCED,
        (State.SENDING, Event.HAND_BACK): State.QUEUED,
        (State.SENDING, Event.LOSE_SIGHT): State.AGAIN,
        (State.AGAIN, Event.CLAIM): State.RETAKEN,
        (State.RETAKEN, Event.BEGIN): State.RESENDING,
        (State.RETAKEN, Event.PUT_OFF): State.AGAIN,
        (State.RETAKEN, Event.REFUSE): State.BOUNCED,
        (State.RETAKEN, Event.HAND_BACK): State.AGAIN,
        (State.RETAKEN, Event.FIND_EMPTY): State.EMPTY,
        (State.RETAKEN, Event.FAIL): State.AGAIN,
        (State.RETAKEN, Event.GIVE_UP): State.UNSURE,
        (State.RESENDING, Event.ACCEPT): State.ACCEPTED,
        (State.RESENDING, Event.PUT_OFF): State.AGAIN,
        (State.RESENDING, Event.REFUSE): State.BOUNCED,
        (State.RESENDING, Event.HAND_BACK): State.AGAIN,
        (State.RESENDING, Event.LOSE_SIGHT): State.UNSURE,
        (State.QUEUED, Event.WITHDRAW): State.SUPPRESSED,
        (State.SOFT_BOUNCED, Event.WITHDRAW): State.SUPPRESSED,
        (State.SET_ASIDE, Event.WITHDRAW): State.SUPPRESSED,
        (State.TAKEN, Event.WITHDRAW): State.SUPPRESSED,
        (State.AGAIN, Event.WITHDRAW): State.SUPPRESSED,
        (State.RETAKEN, Event.WITHDRAW): State.SUPPRESSED,
        (State.QUEUED, Event.LAPSE): State.LAPSED,
        (State.SOFT_BOUNCED, Event.LAPSE): State.LAPSED,
        (State.SET_ASIDE, Event.LAPSE): State.LAPSED,
        (State.SENDING, Event.COME_BACK): State.BOUNCED,
        (State.AGAIN, Event.COME_BACK): State.BOUNCED,
        (State.RETAKEN, Event.COME_BACK): State.BOUNCED,
        (State.RESENDING, Event.COME_BACK): State.BOUNCED,
        (State.ACCEPTED, Event.COME_BACK): State.BOUNCED,
        (State.UNSURE, Event.COME_BACK): State.BOUNCED,
        # A slow run that was taken for dead may still tell how it ended.
        (State.AGAIN, Event.ACCEPT): State.ACCEPTED,
        (State.AGAIN, Event.PUT_OFF): State.SOFT_BOUNCED,
        (State.AGAIN, Event.REFUSE): State.BOUNCED,
        (State.UNSURE, Event.ACCEPT): State.ACCEPTED,
        (State.UNSURE, Event.PUT_OFF): State.BOUNCED,
        (State.UNSURE, Event.REFUSE): State.BOUNCED,
    }
)

# Papers of these deliveries count as mailed to the reader: what bounced or lapsed was never read.
_UNREAD = (State.BOUNCED, State.SUPPRESSED, State.EMPTY, State.LAPSED)
MAILED = tuple(state for state in State if state not in _UNREAD)
SETTLED = (State.ACCEPTED, State.BOUNCED, State.UNSURE, State.SUPPRESSED, State.EMPTY, State.LAPSED)

MOST_ATTEMPTS = 5
KEPT_WAITING = timedelta(hours=48)  # a digest that could not leave for so long lapses
FIRST_WAIT = timedelta(minutes=5)
_WAITS = (FIRST_WAIT, timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this run has taken, to be sent now.

    `attempts` counts this one: whoever tells how it ended says it too, and is not heard if another has taken it since.
    """

    id: int
    subscription_id: int
    edition_id: int | None
    kind: str
    attempts: int
    message_id: str
    occasion: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the sending of one delivery ended; `due_at` is when to try again, where that is known."""

    claimed: Claimed
    event: Event
    note: str = ""
    due_at: datetime | None = None


def sources(event: Event) -> dict[State, State]:
    """Return from which states `event` leads, and whereto."""
    return {state: target for (state, by), target in MOVES.items() if by is event}


def wait(attempts: int) -> timedelta | None:
    """Return how long to wait after that many attempts were put off; None when it was the last."""
    return None if attempts >= MOST_ATTEMPTS else _WAITS[attempts - 1]
