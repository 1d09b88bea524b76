from datetime import timedelta

from broadsheet.digests.deliveries import MAILED, MOST_ATTEMPTS, MOVES, SETTLED, Event, State, sources, wait


def test_what_may_have_left_is_never_queued_again() -> None:
    back = {state for (state, event), target in MOVES.items() if target in {State.QUEUED, State.SOFT_BOUNCED}}
    assert back == {State.SENDING}
    assert not [state for (state, event) in MOVES if event is Event.CLAIM and state in SETTLED]


def test_every_state_can_be_reached_and_a_settled_one_stays_settled() -> None:
    assert set(MOVES.values()) | {State.QUEUED} == set(State)
    assert all(target in SETTLED for (state, _), target in MOVES.items() if state in SETTLED)
    assert not set(MAILED) & {State.BOUNCED, State.SUPPRESSED, State.EMPTY}


def test_every_event_leads_somewhere() -> None:
    assert all(sources(event) for event in Event)


def test_waits_grow_and_end() -> None:
    waits = [wait(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert waits == sorted(waits, key=lambda pause: pause or timedelta(0))
    assert None not in waits
    assert wait(MOST_ATTEMPTS) is None
