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
The count that readers see is that of votes; the share that counts is for `trending`, and for the order of comments.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection

from broadsheet.community import store
from broadsheet.database.engine import Database

WEEK = timedelta(days=7)
YOUNGEST = 0.2
FEWEST_SHARED = 3  # papers
MOSTLY = 0.5  # of the papers that either of two voted for
FEWEST_TELLING = 5  # papers of a voter, before it tells something that nobody else knows them
Floats = NDArray[np.float32]
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
    company, lone = _company_and_lone([one.reader_id for one in ballots], papers_of, voters_of)
    return [
        Weight(_youth(one.voted_at - one.joined_at), 1 / math.sqrt(1 + others), 1 - alone / 2, one.barred)
        for one, others, alone in zip(ballots, company, lone, strict=True)
    ]


def weights(connection: Connection, ids: Sequence[int], of: Column[Any] = store.PAPERS) -> dict[int, list[Weight]]:
    """Return the weight of each vote for each of `ids`, of those that have any; company shows in votes of that kind."""
    cast = store.ballots(connection, ids, of)
    lately = store.lately(connection, {row.reader_id for row in cast}, of)
    counts = store.counts(connection, list({its_id for some in lately.values() for its_id in some}), of)
    by_id: dict[int, list[Ballot]] = {}
    for row in cast:
        ballot = Ballot(row.reader_id, row.voted_at, row.created_at, row.barred is not None)
        by_id.setdefault(row.its_id, []).append(ballot)
    return {its_id: weigh(ballots, lately, counts) for its_id, ballots in by_id.items()}


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
            return weights(connection, paper_ids)

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


def _company_and_lone(
    voters: Sequence[int], papers_of: Mapping[int, Set[int]], voters_of: Mapping[int, int]
) -> tuple[list[int], list[float]]:
    """Return with how many of the others each mostly votes, and the share of papers that are nobody else's."""
    if len(voters) > CROWD:
        return [0] * len(voters), [_alone(papers_of.get(voter, frozenset()), voters_of) for voter in voters]
    own = np.array([len(papers_of.get(voter, frozenset())) for voter in voters], dtype=np.float32)
    cast, counted, single = _table(voters, papers_of, voters_of)
    shared = cast @ cast.T
    alike = (shared >= FEWEST_SHARED) & (shared >= MOSTLY * (own[:, None] + own - shared))
    np.fill_diagonal(alike, val=False)
    # A paper is nobody else's if its voters are this one and some of this one's company.
    together = ((counted <= 1 + alike.astype(np.float32) @ cast) & (cast > 0)).sum(axis=1)
    lone = np.where(own >= FEWEST_TELLING, (single + together) / np.maximum(own, 1), 0.0)
    return [int(one) for one in alike.sum(axis=1)], [float(one) for one in lone]


def _table(
    voters: Sequence[int], papers_of: Mapping[int, Set[int]], voters_of: Mapping[int, int]
) -> tuple[Floats, ...]:
    """Return who of the voters voted for which of the papers that several of them voted for; how many voters each of
    these has in all; and how many papers each voter is the only one to have voted for.
    """
    times = Counter(paper for voter in voters for paper in papers_of.get(voter, frozenset()))
    papers = [paper for paper, count in times.items() if count > 1]
    column = {paper: place for place, paper in enumerate(papers)}
    cast = np.zeros((len(voters), len(papers)), dtype=np.float32)
    single = np.zeros(len(voters), dtype=np.float32)
    for row, voter in enumerate(voters):
        own = papers_of.get(voter, frozenset())
        cast[row, [column[paper] for paper in own if paper in column]] = 1
        single[row] = sum(times[paper] == 1 and voters_of.get(paper, 1) <= 1 for paper in own)
    return cast, np.array([voters_of.get(paper, 1) for paper in papers], dtype=np.float32), single


def _alone(own: Set[int], voters_of: Mapping[int, int]) -> float:
    if len(own) < FEWEST_TELLING:
        return 0.0
    return sum(voters_of.get(paper, 1) <= 1 for paper in own) / len(own)
