"""The SQL of deliveries on their way out; every function works inside its caller's transaction.

Which event happens when is decided elsewhere: a move that the state machine does not know changes nothing.
Consent is part of the query that takes a delivery out, so nobody who has left is written to.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    and_,
    bindparam,
    case,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from broadsheet.database.column_types import Moment
from broadsheet.database.schema import delivery, subscription
from broadsheet.digests.deliveries import MOVES, SETTLED, Claimed, Event, Outcome, State, sources
from broadsheet.mail.suppression import allowed

LETTERS = ("confirm", "manage", "move")
DIGESTS = ("digest",)
_ADDRESS_KEY: Column[str] = subscription.c.address_key

# What a subscription must be for a mail of each kind to go out.
_CONSENT: ColumnElement[bool] = and_(
    or_(
        and_(delivery.c.kind == "confirm", subscription.c.state == "pending"),
        and_(delivery.c.kind.in_(["manage", "move", "digest"]), subscription.c.state == "confirmed"),
    ),
    allowed(_ADDRESS_KEY),
)

# What may be lost, what was put off, what was never tried, what failed here before.
_IN_TURN = (State.AGAIN, State.SOFT_BOUNCED, State.QUEUED, State.SET_ASIDE)
_MOST_LOOKED_AT = 500

# Asked for each mail or batch, so that they are put together once for all.
_DUE = (
    select(delivery, subscription.c.address)
    .join(subscription, subscription.c.id == delivery.c.subscription_id)
    .where(
        delivery.c.state == bindparam("state"),
        delivery.c.due_at <= bindparam("now"),
        delivery.c.kind.in_(bindparam("kinds", expanding=True)),
        _CONSENT,
    )
    .order_by(delivery.c.due_at, delivery.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=delivery, skip_locked=True)
)
_BEGUN = (
    update(delivery)
    .where(
        delivery.c.id == bindparam("its"),
        delivery.c.attempts == bindparam("count"),
        delivery.c.state.in_(list(sources(Event.BEGIN))),
    )
    .values(state=case({state.value: to.value for state, to in sources(Event.BEGIN).items()}, value=delivery.c.state))
)

Taken = tuple[Claimed, Row[Any]]  # a delivery and its subscription
Later = Callable[[str], datetime | None]


def claim(connection: Connection, kinds: Sequence[str], now: datetime, limit: int, later: Later) -> list[Taken] | None:
    """Take deliveries that are due and still wanted, at most `limit`, those that wait longest first; None when none is.

    `later` is told each address in turn and says when a mail to it may leave, None for now; who has to wait does so
    in the row. What may be lost comes before what was put off, and that before what was never tried. Of many who have
    to wait only some are looked at in one transaction: nothing taken then means that it is to be asked again.
    """
    taken: list[Row[Any]] = []
    looked_at = 0
    for state in _IN_TURN:
        while len(taken) < limit and looked_at < _MOST_LOOKED_AT:
            asked = limit - len(taken)
            rows = _due(connection, state, kinds, now, asked)
            looked_at += len(rows)
            waits = {row.id: moment for row in rows if (moment := later(row.address)) is not None}
            _wait(connection, waits)
            begun = [row for row in rows if row.id not in waits]
            _begin(connection, state, begun, now)
            taken += begun
            if len(rows) < asked:
                break
    if not looked_at:
        return None
    readers = select(subscription).where(subscription.c.id.in_({row.subscription_id for row in taken}))
    by_id = {row.id: row for row in connection.execute(readers)}
    return [(_claimed(row), by_id[row.subscription_id]) for row in taken]


def begin(connection: Connection, claimed: Claimed) -> bool:
    """Tell that a delivery is about to leave; False where it is not wanted any more, or another run has taken it."""
    moved = connection.execute(_BEGUN, {"its": claimed.id, "count": claimed.attempts})
    return moved.rowcount > 0


def sent(connection: Connection, subscription_id: int, occasion: str) -> int | None:
    """Return the digest of an occasion that left for a subscription, or may have."""
    left = (State.SENDING, State.AGAIN, State.RETAKEN, State.RESENDING, State.ACCEPTED, State.UNSURE)
    statement = select(delivery.c.id).where(
        delivery.c.subscription_id == subscription_id,
        delivery.c.kind == "digest",
        delivery.c.occasion == occasion,
        delivery.c.state.in_(left),
    )
    return connection.execute(statement).scalar_one_or_none()


def settle(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> list[State]:
    """Move deliveries along, and return where those stand that moved: nobody is heard whose claim another has taken."""
    reached: list[State] = []
    for (event, note, due_at), group in groupby(sorted(outcomes, key=_alike), key=_way):
        its = tuple_(delivery.c.id, delivery.c.attempts).in_([(one.claimed.id, one.claimed.attempts) for one in group])
        values: dict[str, object] = {} if due_at is None else {"due_at": due_at}
        if event is Event.HAND_BACK:
            values["attempts"] = delivery.c.attempts - 1  # it was never tried
        reached += [state for _, state in _move(connection, event, now, its, note=note, values=values)]
    return reached


def withdraw(connection: Connection, now: datetime, subscription_id: int | None = None) -> int:
    """Suppress what waits without consent, of one subscription or of all; return how many."""
    waiting = (
        select(delivery.c.id)
        .join(subscription, subscription.c.id == delivery.c.subscription_id)
        .where(delivery.c.state.in_(list(sources(Event.WITHDRAW))), ~_CONSENT)
    )
    if subscription_id is not None:
        waiting = waiting.where(delivery.c.subscription_id == subscription_id)
    note = "not wanted any more, or the address is suppressed"
    return len(_move(connection, Event.WITHDRAW, now, delivery.c.id.in_(waiting), note=note))


def lapse(connection: Connection, kinds: Sequence[str], now: datetime, queued_before: datetime) -> int:
    """Give up what could not leave for too long; return how many."""
    late = and_(delivery.c.kind.in_(kinds), delivery.c.queued_at < queued_before)
    return len(_move(connection, Event.LAPSE, now, late, note="no mail could leave for too long"))


def take_over(
    connection: Connection, kinds: Sequence[str], now: datetime, claimed_before: datetime | None = None
) -> list[tuple[int, State]]:
    """Settle what a run that is no more had in hand; return the deliveries whose end is hidden, and their states.

    With `claimed_before` only what was claimed before then: other runs may be under way.
    """
    its = and_(*[delivery.c.kind.in_(kinds)] + ([delivery.c.due_at < claimed_before] if claimed_before else []))
    untouched = and_(its, delivery.c.state.in_([State.TAKEN, State.RETAKEN]))
    _move(connection, Event.HAND_BACK, now, untouched, note="", values={"attempts": delivery.c.attempts - 1})
    return _move(connection, Event.LOSE_SIGHT, now, its, note="a crash hid whether the server took it")


def _due(connection: Connection, state: State, kinds: Sequence[str], now: datetime, limit: int) -> list[Row[Any]]:
    """Return deliveries in one state: for several at once no index would hold their order."""
    asked = {"state": state, "now": now, "kinds": list(kinds), "most": limit}
    return list(connection.execute(_DUE, asked))


def _wait(connection: Connection, until: Mapping[int, datetime]) -> None:
    if until:
        one = update(delivery).where(delivery.c.id == bindparam("its")).values(due_at=bindparam("moment"))
        connection.execute(one, [{"its": number, "moment": moment} for number, moment in until.items()])


def _begin(connection: Connection, state: State, rows: Sequence[Row[Any]], now: datetime) -> None:
    if not rows:
        return
    begun = {"state": MOVES[state, Event.CLAIM], "attempts": delivery.c.attempts + 1}
    its = delivery.c.id.in_([row.id for row in rows])
    connection.execute(update(delivery).where(its).values(due_at=now, **begun))  # from here on: when it was claimed


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        row.id, row.subscription_id, row.edition_id, row.kind, row.attempts + 1, row.message_id, row.occasion
    )


def _way(outcome: Outcome) -> tuple[Event, str, datetime | None]:
    return outcome.event, outcome.note, outcome.due_at


def _alike(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.event.value, outcome.note, str(outcome.due_at)


def _move(
    connection: Connection,
    event: Event,
    now: datetime,
    which: ColumnElement[bool],
    *,
    note: str,
    values: Mapping[str, object] = MappingProxyType({}),
) -> list[tuple[int, State]]:
    moves = sources(event)
    target = case({state.value: to.value for state, to in moves.items()}, value=delivery.c.state)
    settles = [state for state, to in moves.items() if to in SETTLED]
    changes: dict[str, object] = {**values, "state": target, "note": note}
    if settles:
        changes["settled_at"] = case((delivery.c.state.in_(settles), literal(now, Moment())), else_=None)
    statement = update(delivery).where(which, delivery.c.state.in_(list(moves))).values(**changes)
    moved = connection.execute(statement.returning(delivery.c.id, delivery.c.state))
    return [(row.id, State(row.state)) for row in moved]
