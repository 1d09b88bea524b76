"""Readers that ask without a pause while the index is made anew under them."""

import threading
from functools import partial
from pathlib import Path

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.search.query import parse
from tests.invented import paper
from tests.search.collection import Log, opened


def test_no_search_fails_while_a_rebuild_swaps(tmp_path: Path, sqlite: Database, clock: FixedClock) -> None:
    log = Log([paper(n) for n in range(1, 41)])
    again = partial(opened, tmp_path, log, sqlite, clock)
    again().catch_up()
    stop, answers, failures = threading.Event(), [], []

    def ask() -> None:
        reader = again()
        while not stop.is_set():
            try:
                answers.append(len(reader.engine().by_words(parse("instruments"), 100)))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure
                failures.append(error)

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for one in readers:
        one.start()
    index = again()
    for n in range(3):
        index.rebuild()
        log.put(paper(100 + n))
        index.catch_up()
    stop.set()
    for one in readers:
        one.join()
    assert failures == []
    assert set(answers) <= {40, 41, 42, 43}
    assert answers
