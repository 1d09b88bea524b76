from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select, update

from broadsheet.community.votes import BY_READER, KIND, Standing
from broadsheet.database.schema import allowance, paper, vote
from broadsheet.errors import NotFound, SignInNeeded, TooMany
from broadsheet.papers.signals import SignalLog
from tests.community.conftest import Town, at_once


def test_a_vote_is_cast_counted_and_taken_back(town: Town) -> None:
    one, other, _ = town.papers
    assert town.votes.cast(town.ada, one) == Standing(one, 1, mine=True)
    assert town.votes.cast(town.bee, one) == Standing(one, 2, mine=True)
    assert town.votes.standing(one) == Standing(one, 2, mine=False)
    assert town.votes.standing(one, town.ada) == Standing(one, 2, mine=True)
    assert town.votes.counts([one, other]) == {one: 2}
    assert town.votes.mine(town.ada, [one, other]) == {one}
    assert town.votes.mine(None, [one]) == set()
    assert town.votes.withdraw(town.ada, one) == Standing(one, 1, mine=False)


def test_a_second_time_changes_nothing(town: Town) -> None:
    one = town.papers[0]
    for _ in range(3):
        assert town.votes.cast(town.ada, one).votes == 1
        town.clock.sleep(60)
    assert town.series(one, KIND) == [1]
    for _ in range(3):
        assert town.votes.withdraw(town.ada, one).votes == 0
        town.clock.sleep(60)
    assert town.series(one, KIND) == [1, 0]


def test_votes_at_once_count_once_a_reader(town: Town) -> None:
    one = town.papers[0]
    assert at_once(*(partial(town.votes.cast, reader, one) for reader in [town.ada, town.bee] * 3)) == []
    assert town.votes.counts([one]) == {one: 2}
    assert town.series(one, KIND)[-1] == 2


def test_each_change_is_an_observation_since_the_paper_came(town: Town) -> None:
    one = town.papers[0]
    town.clock.sleep(3600)
    town.votes.cast(town.ada, one)
    town.clock.sleep(60)
    town.votes.cast(town.bee, one)
    signals = SignalLog(town.database, town.clock).of([one])[one]
    assert [(s.kind, s.value) for s in signals] == [("votes", 1), ("votes", 2)]
    assert all(s.began_at == town.clock.now() - timedelta(seconds=3660) for s in signals)


def test_votes_follow_a_merge_and_a_reader_of_both_has_one(town: Town) -> None:
    one, other, _ = town.papers
    town.votes.cast(town.ada, one)
    town.votes.cast(town.ada, other)
    town.votes.cast(town.bee, other)
    town.merge(other, one)
    assert town.votes.counts([one, other]) == {one: 2}
    assert town.votes.mine(town.ada, [one, other]) == {one}


def test_a_vote_for_a_merged_paper_is_the_others(town: Town) -> None:
    one, other, third = town.papers
    town.merge(other, one)
    assert town.votes.cast(town.ada, other) == Standing(one, 1, mine=True)
    town.merge(one, third)
    assert town.votes.withdraw(town.ada, other) == Standing(third, 0, mine=False)


def test_votes_go_back_when_papers_are_parted_again(town: Town) -> None:
    one, other, third = town.papers
    town.votes.cast(town.ada, one)
    town.votes.cast(town.ada, other)
    town.votes.cast(town.bee, other)
    town.merge(other, one)
    town.part(other, one, third)
    assert town.votes.counts([one, third]) == {one: 1, third: 2}


def test_a_paper_that_is_gone_is_told(town: Town) -> None:
    one = town.papers[0]
    town.votes.cast(town.ada, one)
    with town.database.write() as connection:
        connection.execute(delete(paper).where(paper.c.id == one))
    for change in (town.votes.cast, town.votes.withdraw):
        with pytest.raises(NotFound, match="gone from this instance"):
            change(town.ada, one)
    with town.database.read() as connection:
        assert connection.execute(select(vote)).all() == []


def test_votes_leave_with_their_reader(town: Town) -> None:
    one = town.papers[0]
    town.votes.cast(town.ada, one)
    town.votes.cast(town.bee, one)
    town.readers.delete(town.ada)
    assert town.votes.counts([one]) == {one: 1}
    with pytest.raises(SignInNeeded):
        town.votes.cast(town.ada, one)


def test_a_readers_votes_are_told_the_newest_first(town: Town) -> None:
    for paper_id in town.papers:
        town.votes.cast(town.ada, paper_id)
        town.clock.sleep(60)
    total, newest = town.votes.of(town.ada, 2)
    assert (total, [one.paper_id for one in newest]) == (3, town.papers[:0:-1])
    told = town.votes.export(town.ada)
    assert [one["id"] for one in told] == ["arxiv:2601.00003", "arxiv:2601.00002", "arxiv:2601.00001"]
    assert town.votes.export(town.bee) == []


def test_nobody_votes_without_end(town: Town) -> None:
    one = town.papers[0]
    town.votes.cast(town.ada, one)
    with town.database.write() as connection:  # as 299 more would
        connection.execute(update(allowance).values(used=BY_READER.most))
    with pytest.raises(TooMany, match="300 votes an hour"):
        town.votes.cast(town.ada, one)
    town.votes.cast(town.bee, one)
