from broadsheet.community.deeds import Deeds
from broadsheet.community.lists import Lists
from tests.community.conftest import SECRET, Town


def test_deeds_of_all_kinds_stand_by_time(town: Town) -> None:
    lists = Lists(town.database, town.catalogue, town.clock, SECRET)
    one, two, _ = town.papers
    town.votes.cast(town.ada, one)
    town.clock.sleep(60)
    made = lists.make(town.ada, "Tides")
    lists.add(town.ada, made.key, two)
    town.clock.sleep(60)
    town.votes.cast(town.ada, two)
    town.votes.cast(town.bee, one)
    deeds = Deeds([town.votes.deeds, lists.deeds])
    told = deeds.of(town.readers.get(town.ada), 10)
    assert [(deed.what, deed.paper_id, deed.name) for deed in told] == [
        ("voted for", two, ""),
        ("put into", two, "Tides"),
        ("voted for", one, ""),
    ]
    assert told[1].path == f"/list/{made.key}"
    assert deeds.of(town.readers.get(town.ada), 1) == told[:1]
