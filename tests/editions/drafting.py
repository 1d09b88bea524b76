"""What tests of the desk share: drafts of a newsroom, its editor, and many who do things at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from broadsheet.accounts.readers import Readers
from broadsheet.editions.draft import Draft, Pick
from broadsheet.editions.spans import Span
from tests.editions.conftest import Newsroom

UTC = ZoneInfo("UTC")
TODAY = Span("day", date(2026, 1, 15))


def papers(room: Newsroom, *numbers: int) -> list[int]:
    return [room.catalogue.get(f"arxiv:2601.{n:05d}").id for n in numbers]


def chosen(room: Newsroom, *numbers: int, span: Span = TODAY) -> Draft:
    return replace(room.desk.draft(span), picks=tuple(Pick(one) for one in papers(room, *numbers)))


def editor(room: Newsroom, role: str = "editor") -> int:
    return Readers(room.database, room.clock, b"s" * 32).add("ada@quill.example", role, "Ada").id  # type: ignore[arg-type]


def at_once(*works: Callable[[], object]) -> tuple[list[object], list[Exception]]:
    start, done, failed = threading.Barrier(len(works)), [], []  # type: threading.Barrier, list[object], list[Exception]

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, failed
