from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.accounts.bans import Bans
from broadsheet.community.rings import CROWD, Ballot, Voters, weigh
from tests.community.conftest import Town

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=400)


def ballots(count: int, joined: datetime = OLD) -> list[Ballot]:
    return [Ballot(n, NOW, joined, barred=False) for n in range(count)]


def worth(*given_: list[Ballot], papers: dict[int, set[int]], voters: dict[int, int] | None = None) -> float:
    said = [one for some in given_ for one in some]
    counted = voters or {p: sum(p in own for own in papers.values()) for own in papers.values() for p in own}
    return sum(one.value for one in weigh(said, papers, counted))


def test_readers_who_are_each_their_own_count_whole() -> None:
    papers = {n: {0, *range(10 * n + 1, 10 * n + 6)} for n in range(6)}
    everybody = {p: 50 for own in papers.values() for p in own}
    assert worth(ballots(6), papers=papers, voters=everybody) == 6


@pytest.mark.parametrize("size", [4, 9, 49])
def test_a_ring_counts_as_the_root_of_its_number(size: int) -> None:
    papers = {n: {0, 1, 2, 3} for n in range(size)}
    assert worth(ballots(size), papers=papers) == pytest.approx(size**0.5)


def test_a_ring_of_fresh_accounts_for_unknown_papers_counts_for_hardly_anything() -> None:
    papers = {n: {0, 1, 2, 3, 4, 5} for n in range(50)}
    assert worth(ballots(50, NOW), papers=papers) == pytest.approx(50**0.5 * 0.2 * 0.5)


def test_two_who_share_little_are_no_company() -> None:
    papers = {0: {0, 1, 2, 10, 11, 12, 13}, 1: {0, 1, 2, 20, 21, 22, 23}}
    assert worth(ballots(2), papers=papers, voters=dict.fromkeys(range(30), 9)) == 2


@pytest.mark.parametrize(("days", "youth"), [(-1, 0.2), (0, 0.2), (3.5, 0.6), (7, 1), (70, 1)])
def test_an_account_grows_up_in_a_week(days: float, youth: float) -> None:
    assert worth(ballots(1, NOW - timedelta(days=days)), papers={0: {0}}) == pytest.approx(youth)


def test_among_a_crowd_company_says_nothing() -> None:
    papers = {n: {0, 1, 2} for n in range(CROWD + 1)}
    assert worth(ballots(CROWD + 1), papers=papers) == CROWD + 1


@given(
    st.lists(st.tuples(st.sets(st.integers(0, 8), min_size=1), st.integers(0, 30)), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
)
def test_a_weight_is_a_share_and_nothing_for_the_barred(readers: list[tuple[set[int], int]], barred: set[int]) -> None:
    papers = {n: own | {0} for n, (own, _) in enumerate(readers)}
    said = [Ballot(n, NOW, NOW - timedelta(days=age), n in barred) for n, (_, age) in enumerate(readers)]
    counted = {p: sum(p in own for own in papers.values()) for own in papers.values() for p in own}
    weights = weigh(said, papers, counted)
    assert all(0 <= one.value <= 1 for one in weights)
    assert all(one.value == 0 for one, ballot in zip(weights, said, strict=True) if ballot.barred)


def test_the_share_that_counts_is_told_for_each_paper_with_votes(town: Town) -> None:
    voters = Voters(town.database)
    one, other, _ = town.papers
    town.votes.cast(town.ada, one)  # on the account's first day
    town.clock.sleep(8 * 86_400)
    town.votes.cast(town.bee, one)
    town.votes.cast(town.bee, other)
    assert voters.trust(town.papers) == pytest.approx({one: 0.6, other: 1.0})
    assert voters.sentence(one) == "2 votes count as 1.2 in the ranking: 1 by accounts younger than a week."
    assert voters.sentence(other) == voters.sentence(town.papers[2]) == ""
    assert voters.trust([]) == {}
    root = town.readers.add("root@quill.example", "admin")
    Bans(town.database, town.clock).ban(root, town.bee, "Ring.")
    assert voters.trust([other]) == {other: 0.0}
    assert "1 by barred readers" in voters.sentence(other)


def test_readers_who_vote_together_are_seen_in_the_votes(town: Town) -> None:
    town.clock.sleep(30 * 86_400)
    cee = town.readers.add("cee@quill.example").id
    town.clock.sleep(30 * 86_400)
    for reader in (town.ada, town.bee):
        for paper in town.papers:
            town.votes.cast(reader, paper)
    town.votes.cast(cee, town.papers[0])
    assert Voters(town.database).trust(town.papers[:1])[town.papers[0]] == pytest.approx((2**0.5 + 1) / 3)
    assert "2 by readers who mostly vote together" in Voters(town.database).sentence(town.papers[0])
