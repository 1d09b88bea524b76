import threading
import time
from collections.abc import Callable

import pytest

from broadsheet.search.turns import Turns


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def until(reached: Callable[[], bool]) -> None:
    while not reached():
        time.sleep(0)


def test_no_more_than_so_many_are_in_at_once() -> None:
    turns, lock, inside, most = Turns(2), threading.Lock(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with turns.taken():
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0)
                with lock:
                    inside -= 1

    for thread in [started(work) for _ in range(6)]:
        thread.join()
    assert 1 <= most <= 2
    assert turns.waiting == 0


def test_turns_are_had_in_the_order_in_which_they_were_asked_for() -> None:
    turns, had = Turns(1), list[int]()

    def work(number: int) -> Callable[[], None]:
        def wait() -> None:
            with turns.taken():
                had.append(number)

        return wait

    with turns.taken():
        threads = []
        for number in range(8):
            threads.append(started(work(number)))
            until(lambda number=number: turns.waiting == number + 1)  # type: ignore[misc]
        assert had == []
    for thread in threads:
        thread.join()
    assert had == list(range(8))


def test_who_comes_first_is_told_to_be_alone() -> None:
    turns = Turns(2)
    with turns.taken() as first, turns.taken() as second:
        assert (first, second) == (True, False)
    with turns.taken() as again:
        assert again


def test_a_failed_turn_is_handed_on_as_well() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="lost"), turns.taken():
            raise ValueError("lost")
    with turns.taken() as alone:
        assert alone
