"""What saved searches found: each distinct question is asked once a run, over the papers that came in lately.

Whose searches they are and what a reader had before is `store`'s to know; which papers answer is `search`'s.
A question that cannot be asked now finds nothing, and is told in the log: nobody's edition waits for it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Protocol

import numpy as np

from broadsheet.digests.selection import Section, found
from broadsheet.errors import Invalid, Unavailable
from broadsheet.logs import get_logger
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.engine import Ids
from broadsheet.search.news import NO_NEWS, News
from broadsheet.search.question import Question, decoded

OF_A_SEARCH = 5  # papers of one search in a mail
OF_ALL = 30  # papers of all searches in a mail
# A paper can be found only some time after it came in, and what did not fit may follow: a day before the last digest
# is looked at too, and nothing comes twice.
OVERLAP = timedelta(days=1)
LOOKBACK = timedelta(days=32)  # a month's digest and the overlap

_log = get_logger("digests")


class Asker(Protocol):
    """What answers questions: the search."""

    def news(self, question: Question, among: Ids) -> News: ...  # noqa: D102


class Saved(Protocol):
    """A saved search as far as its news go."""

    @property
    def question(self) -> str: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102


class Follower:
    """Makes a `Following` for each run."""

    def __init__(self, search: Asker, catalogue: Catalogue) -> None:
        self._search, self._catalogue = search, catalogue

    def until(self, moment: datetime) -> "Following":
        """Return what follows searches over the papers that came in until `moment`."""
        return Following(self._search, self._catalogue, moment)

    def sections(self, content: Iterable[Sequence[Any]]) -> list[Section]:
        """Return the sections of a digest from (paper_id, question, reason, title) in order, with papers as they are.

        Papers that departed since are left out.
        """
        rows = list(content)
        papers = {paper.id: paper for paper in self._catalogue.papers([row[0] for row in rows])} if rows else {}
        made = []
        for (title, question), group in groupby(rows, key=lambda row: (row[3], row[1])):
            told = [(papers[paper_id], reason) for paper_id, _, reason, _ in group if paper_id in papers]
            made += [found(title, question, told)] if told else []
        return made


class Following:
    """The answers of one run, kept as long as it lasts."""

    def __init__(self, search: Asker, catalogue: Catalogue, until: datetime) -> None:
        self._search, self._catalogue, self._until = search, catalogue, until
        self._came: dict[int, datetime] | None = None
        self._among: Ids = np.zeros(0, np.int64)
        self._news: dict[str, News] = {}
        self._recent: dict[tuple[str, datetime], list[int]] = {}
        self._reasons: dict[tuple[str, int], str] = {}

    @property
    def since(self) -> datetime:
        """From when on papers are looked at at all."""
        return self._until - LOOKBACK

    def ask(self, questions: Iterable[str]) -> Iterator[str]:
        """Ask those that were not asked yet, and yield each: it may take a while, so hold no transaction open."""
        for question in questions:
            if question not in self._news:
                self._news[question] = self._ask(question)
                yield question

    def choose(
        self, searches: Sequence[Saved], last: datetime | None, had: Collection[int]
    ) -> list[tuple[str, list[int]]]:
        """Return what one reader gets of each search: what came in since, and that the reader has not `had`.

        Each search gives one paper in turn, up to five, until there are thirty: many searches share the room alike.
        A paper that several found stands under the first of them. Searches without news are left out.
        """
        taken = set(had)
        offers = [(saved.question, iter(self._fresh(saved, last))) for saved in searches]
        chosen: dict[str, list[int]] = {question: [] for question, _ in offers}
        room = OF_ALL
        for _ in range(OF_A_SEARCH):
            for question, offer in offers:
                one = next((paper_id for paper_id in offer if paper_id not in taken), None)
                if one is not None and room:
                    chosen[question].append(one)
                    taken.add(one)
                    room -= 1
        return [(question, ids) for question, ids in chosen.items() if ids]

    def reason(self, question: str, paper_id: int) -> str:
        """Return why a paper answers a question, empty for one whose reason `tell` did not find."""
        return self._reasons.get((question, paper_id), "")

    def tell(self, chosen: Iterable[tuple[str, int]]) -> None:
        """Find the reasons of these (question, paper), each once a run."""
        wanted: dict[str, set[int]] = {}
        for question, paper_id in chosen:
            if (question, paper_id) not in self._reasons:
                wanted.setdefault(question, set()).add(paper_id)
        for question, ids in wanted.items():
            told = self._news[question].reasons(ids)
            self._reasons |= {(question, paper_id): told.get(paper_id, "") for paper_id in ids}

    def _fresh(self, saved: Saved, last: datetime | None) -> list[int]:
        since = max(saved.created_at, last - OVERLAP) if last else saved.created_at
        came = self._came or {}
        # Readers of one hour share what is filtered coarsely; the rest is a handful.
        hour = since.replace(minute=0, second=0, microsecond=0)
        key = (saved.question, hour)
        if key not in self._recent:
            news = self._news.get(saved.question, NO_NEWS)
            self._recent[key] = [paper_id for paper_id in news.ids if came[paper_id] > hour]
        return [paper_id for paper_id in self._recent[key] if came[paper_id] > since]

    def _ask(self, question: str) -> News:
        if self._came is None:
            self._came = self._catalogue.came_between(self.since, self._until)
            self._among = np.array(sorted(self._came), np.int64)
        if not self._came:
            return NO_NEWS
        try:
            return self._search.news(decoded(question), self._among)
        except (Invalid, Unavailable) as error:
            _log.warning("digests.search_not_asked", cause=error.message)
            return NO_NEWS
