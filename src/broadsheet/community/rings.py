"""What a vote is worth where voters are young, vote together, or vote for what nobody else knows.

    weight = youth · company · lone
    youth    0.2 on the day of the account's first hour, rising evenly to 1 in the first week; of the moment of the vote
    company  1 / √k, where k of the paper's voters, this one included, mostly vote together: of what either voted for
             lately, half is the same, and at least three papers
    lone     1 less half the share of the voter's papers that nobody else voted for but such company; from five
             papers on
    a barred voter's is 0

So a ring of k counts as √k, and one of accounts made for it as a fifth of that. Honest readers lose little: in a week
youth is over, and whoever votes for what others vote for too, without being their shadow, counts whole.
The count that readers see is that of votes; the share that counts is for `trending` alone.
"""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.community import store
from broadsheet.database.engine import Database

WEEK = timedelta(days=7)
YOUNGEST = 0.2
FEWEST_SHARED = 3  # papers
MOSTLY = 0.5  # of the papers that either of two voted for
FEWEST_TELLING = 5  # papers of a voter, before it tells something that nobody else knows them
CROWD = 200  # voters of one paper; among more, company says nothing


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote as it is weighed: by whom, when, and since when the voter is here."""

    reader_id: int
    voted_at: datetime
    joined_at: datetime
    barred: bool


@dataclass(frozen=True, slots=True)
class Weight:
    """What one vote is worth, and why."""

    youth: float
    company: float
    lone: float
    barred: bool = False

    @property
    def value(self) -> float:
        """The product of the parts."""
        return 0.0 if self.barred else self.youth * self.company * self.lone


def weigh(ballots: Sequence[Ballot], papers_of: Mapping[int, Set[int]], voters_of: Mapping[int, int]) -> list[Weight]:
    """Return the weight of each vote for one paper.

    `papers_of` has what each voter voted for lately, `voters_of` how many voters each of these papers has.
    """
    company = _company([one.reader_id for one in ballots], papers_of)
    return [
        Weight(
            _youth(one.voted_at - one.joined_at),
            1 / math.sqrt(1 + len(company[one.reader_id])),
            _lone(one.reader_id, company[one.reader_id], papers_of, voters_of),
            one.barred,
        )
        for one in ballots
    ]


class Voters:
    """Weighs the votes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trust(self, paper_ids: Sequence[int]) -> dict[int, float]:
        """Return the share of each paper's votes that counts, 0 to 1, of those that have any."""
        return {
            paper_id: sum(one.value for one in weights) / len(weights)
            for paper_id, weights in self.weights(paper_ids).items()
        }

    def weights(self, paper_ids: Sequence[int]) -> dict[int, list[Weight]]:
        """Return the weight of each vote of each paper, of those that have any."""
        with self._database.read() as connection:
            cast = store.ballots(connection, paper_ids)
            lately = store.lately(connection, {row.reader_id for row in cast})
            counts = store.counts(connection, list({paper for papers in lately.values() for paper in papers}))
        by_paper: dict[int, list[Ballot]] = {}
        for row in cast:
            ballot = Ballot(row.reader_id, row.voted_at, row.created_at, row.barred is not None)
            by_paper.setdefault(row.paper_id, []).append(ballot)
        return {paper_id: weigh(ballots, lately, counts) for paper_id, ballots in by_paper.items()}

    def sentence(self, paper_id: int) -> str:
        """Return in words what a paper's votes count as; empty where all count whole."""
        weights = self.weights([paper_id]).get(paper_id, [])
        worth = sum(one.value for one in weights)
        if worth > len(weights) - 0.05:
            return ""
        reasons = {
            "by accounts younger than a week": sum(one.youth < 1 for one in weights),
            "by readers who mostly vote together": sum(one.company < 1 for one in weights),
            "by readers of papers that nobody else votes for": sum(one.lone < 1 for one in weights),
            "by barred readers": sum(one.barred for one in weights),
        }
        why = ", ".join(f"{count} {words}" for words, count in reasons.items() if count)
        return f"{len(weights)} vote{'s' * (len(weights) != 1)} count as {worth:.1f} in the ranking: {why}."


def _youth(age: timedelta) -> float:
    return min(1.0, YOUNGEST + (1 - YOUNGEST) * max(age / WEEK, 0.0))


def _company(voters: Sequence[int], papers_of: Mapping[int, Set[int]]) -> dict[int, set[int]]:
    """Return with whom of the voters each mostly votes together."""
    found: dict[int, set[int]] = {voter: set() for voter in voters}
    if len(voters) > CROWD:
        return found
    for place, one in enumerate(voters):
        for other in voters[place + 1 :]:
            if _is_company(papers_of.get(one, frozenset()), papers_of.get(other, frozenset())):
                found[one].add(other)
                found[other].add(one)
    return found


def _is_company(one: Set[int], other: Set[int]) -> bool:
    shared = len(one & other)
    return shared >= FEWEST_SHARED and shared >= MOSTLY * (len(one) + len(other) - shared)


def _lone(voter: int, company: Set[int], papers_of: Mapping[int, Set[int]], voters_of: Mapping[int, int]) -> float:
    own = papers_of.get(voter, frozenset())
    if len(own) < FEWEST_TELLING:
        return 1.0
    alone = sum(
        voters_of.get(paper, 1) <= 1 + sum(paper in papers_of.get(other, frozenset()) for other in company)
        for paper in own
    )
    return 1 - alone / len(own) / 2
