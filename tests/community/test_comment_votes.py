from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from broadsheet.accounts.reader import Reader
from broadsheet.community.comment_votes import CommentVotes, Praise
from broadsheet.community.moderation import Moderation, Subject
from broadsheet.community.votes import BY_READER
from broadsheet.database.schema import allowance
from broadsheet.errors import Conflict, Forbidden, NotFound, SignInNeeded, TooMany
from tests.community.conftest import SECRET, Town, at_once


@pytest.fixture
def votes(town: Town) -> CommentVotes:
    return CommentVotes(town.database, town.clock, SECRET)


def said(town: Town, *texts: str, by: int | None = None) -> list[int]:
    """Comment on the first paper, as Ada unless another is named."""
    writer = town.reader(by or town.ada)
    return [town.comments.write(writer, town.papers[0], text).id for text in texts]


def crowd(town: Town, size: int, name: str) -> list[Reader]:
    return [town.readers.add(f"{name}{n}@quill.example") for n in range(size)]


def talk(town: Town) -> list[int]:
    return [one.said.id for one in town.comments.on(town.papers[0])]


def test_a_vote_counts_once_and_is_taken_back(town: Town, votes: CommentVotes) -> None:
    (one,), bee = said(town, "Tides."), town.reader(town.bee)
    for _ in range(2):
        assert votes.cast(bee, one) == Praise(one, 1, mine=True)
    assert (votes.counts([one, 99]), votes.mine(bee, [one, 99]), votes.mine(None, [one])) == ({one: 1}, {one}, set())
    for _ in range(2):
        assert votes.withdraw(bee, one) == Praise(one, 0, mine=False)
    assert votes.counts([one]) == {}


def test_two_presses_at_once_are_one_vote(town: Town, votes: CommentVotes) -> None:
    (one,), bee = said(town, "Tides."), town.reader(town.bee)
    assert at_once(*[lambda: votes.cast(bee, one)] * 4) == []
    assert votes.counts([one]) == {one: 1}


def test_what_cannot_be_voted_for_says_why(town: Town, votes: CommentVotes) -> None:
    (own, hidden, gone), ada, bee = said(town, "Mine.", "Salt.", "Gone."), town.reader(town.ada), town.reader(town.bee)
    editor = town.readers.add("ed@quill.example", "editor")
    with pytest.raises(Forbidden, match="their own"):
        votes.cast(ada, own)
    Moderation(town.database, town.catalogue, town.clock, SECRET).hide(editor, Subject(comment_id=hidden), "")
    with pytest.raises(Conflict):
        votes.cast(bee, hidden)
    votes.cast(bee, gone)
    town.comments.remove(ada, gone)
    assert votes.counts([gone]) == {}
    for number in (gone, 99, 0):
        with pytest.raises(NotFound):
            votes.cast(bee, number)
    town.readers.delete(bee.id)
    with pytest.raises(SignInNeeded):
        votes.cast(bee, own)


def test_votes_leave_with_their_reader_and_are_in_the_export(town: Town, votes: CommentVotes) -> None:
    (one,), bee = said(town, "Tides."), town.reader(town.bee)
    votes.cast(bee, one)
    assert votes.export(bee.id) == [{"comment": one, "voted_at": town.clock.now().isoformat()}]
    town.readers.delete(bee.id)
    assert votes.counts([one]) == {}


def test_votes_are_limited_together_with_those_for_papers(town: Town, votes: CommentVotes) -> None:
    (one,), bee = said(town, "Tides."), town.reader(town.bee)
    votes.withdraw(bee, one)
    with town.database.write() as connection:  # as 298 more would
        connection.execute(update(allowance).values(used=BY_READER.most - 1))
    town.votes.cast(bee.id, town.papers[0])
    with pytest.raises(TooMany):
        votes.cast(bee, one)


def test_what_readers_vote_for_comes_first_and_a_vote_is_no_signal(town: Town, votes: CommentVotes) -> None:
    first, second, third = said(town, "First.", "Second.", "Third.")
    before = town.series(town.papers[0], "votes")
    assert talk(town) == [first, second, third]
    votes.cast(town.reader(town.bee), third)
    assert talk(town) == [third, first, second]
    votes.withdraw(town.reader(town.bee), third)
    assert talk(town) == [first, second, third]
    assert town.series(town.papers[0], "votes") == before


def voted(votes: CommentVotes, readers: Sequence[Reader], numbers: Sequence[int]) -> None:
    for reader in readers:
        for number in numbers:
            votes.cast(reader, number)


def test_a_ring_lifts_its_comment_less_than_fewer_who_do_not_vote_together(town: Town, votes: CommentVotes) -> None:
    first, second, *others = said(town, "First.", "Second.", *(f"More {n}." for n in range(8)))
    ring, honest = crowd(town, 6, "ring"), crowd(town, 4, "reader")
    town.clock.sleep(timedelta(days=8).total_seconds())  # none of the accounts is young
    voted(votes, ring, [first, *others[:4]])
    for n, reader in enumerate(honest):
        voted(votes, [reader], [second, others[4 + n]])
    assert votes.counts([first, second]) == {first: 6, second: 4}
    assert talk(town).index(second) < talk(town).index(first)


def test_votes_of_new_accounts_count_for_little(town: Town, votes: CommentVotes) -> None:
    first, second = said(town, "First.", "Second.")
    old = crowd(town, 1, "old")
    town.clock.sleep(timedelta(days=8).total_seconds())
    voted(votes, crowd(town, 3, "new"), [first])
    voted(votes, old, [second])
    assert talk(town) == [second, first]
