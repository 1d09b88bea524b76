from datetime import date

from tests.editions.conftest import Newsroom
from tests.editions.drafting import chosen, papers
from tests.invented import record


def test_candidates_say_where_they_come_from_and_when_they_were_shown(room: Newsroom) -> None:
    room.add(*(room.fresh(n) for n in range(20, 60)))
    room.desk.publish(chosen(room, 5), by=None)
    room.at("2026-01-16 05:00+00:00")
    found = room.candidates.of(room.editions.today())
    assert len({one.paper.id for one in found}) == len(found)
    assert [one.origin for one in found[:3]] == ["trending"] * 3
    five = next(one for one in found if one.paper.id == papers(room, 5)[0])
    assert five.reason.startswith("Led on 15 Jan 2026. 55 upvotes")
    assert five.score is not None


def test_what_readers_sent_in_is_among_them(room: Newsroom) -> None:
    from broadsheet.editions.candidates import Candidates

    (old,) = room.add(record(300, published=date(2019, 1, 1)))
    desk = Candidates(
        room.database, room.catalogue, room.trending, room.clock, lambda _since: [(old, "Sent in by Ada.")]
    )
    sent = [one for one in desk.of(room.editions.today()) if one.origin == "sent"]
    assert [(one.paper.id, one.reason, one.score) for one in sent] == [(old, "Sent in by Ada.", None)]
