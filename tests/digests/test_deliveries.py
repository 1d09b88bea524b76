from datetime import timedelta

from broadsheet.digests.deliveries import MAILED, MOST_ATTEMPTS, MOVES, SETTLED, Event, State, sources, wait


def goes_out(state: State, hidden: int) -> int:
    """Return how often a mail can be on its way from a state if its end is hidden each time."""
    taken = MOVES.get((state, Event.CLAIM))
    if taken is None:
        return hidden
    return goes_out(MOVES[MOVES[taken, Event.BEGIN], Event.LOSE_SIGHT], hidden + 1)


def test_whose_end_is_hidden_goes_out_once_more_and_never_a_third_time() -> None:
    assert [goes_out(state, 0) for state in (State.QUEUED, State.SET_ASIDE, State.SOFT_BOUNCED, State.AGAIN)] == [
        2,
        2,
        2,
        1,
    ]
    assert not [state for (state, event) in MOVES if event is Event.CLAIM and state in SETTLED]


def test_nothing_that_happens_makes_a_mail_that_may_have_left_one_that_was_never_tried() -> None:
    once_more = {State.AGAIN, State.RETAKEN, State.RESENDING}
    for (state, event), target in MOVES.items():
        if state in once_more and (state, event) != (State.AGAIN, Event.PUT_OFF):
            assert target in once_more | set(SETTLED), (state, event)


def test_only_what_was_begun_can_be_accepted_or_lost() -> None:
    begun = {target for (_, event), target in MOVES.items() if event is Event.BEGIN}
    assert begun == {State.SENDING, State.RESENDING}
    assert {state for (state, event) in MOVES if event is Event.LOSE_SIGHT} == begun
    assert {state for (state, event) in MOVES if event is Event.ACCEPT} == begun | {State.AGAIN, State.UNSURE}


def test_every_state_can_be_reached_and_a_settled_one_stays_settled() -> None:
    assert set(MOVES.values()) | {State.QUEUED} == set(State)
    assert all(target in SETTLED for (state, _), target in MOVES.items() if state in SETTLED)
    assert set(MAILED) == set(State) - {State.BOUNCED, State.SUPPRESSED, State.EMPTY, State.LAPSED}


def test_every_event_leads_somewhere() -> None:
    assert all(sources(event) for event in Event)


def test_waits_grow_and_end() -> None:
    waits = [wait(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert waits == sorted(waits, key=lambda pause: pause or timedelta(0))
    assert None not in waits
    assert wait(MOST_ATTEMPTS) is None
