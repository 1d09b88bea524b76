"""Asks for the news of whatever a subscription follows: of a search, a topic, an author or a category.

What belongs to a search or a topic `search` knows, whose name stands on a paper `papers.bylines`; who follows what
and what they had before is the matter of others. One `Asking` lasts a run: it reads the new papers' authors once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from broadsheet.digests.interests import Author, Category, Topic, decoded
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.bylines import Bylines, Match
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.engine import Ids
from broadsheet.search.news import News
from broadsheet.search.question import Question


class Searching(Protocol):
    """What answers questions: the search."""

    def news(self, question: Question, among: Ids) -> News: ...  # noqa: D102
    def of_topic(self, words: str, examples: Sequence[int], among: Ids) -> News: ...  # noqa: D102


class Found(Protocol):
    """What something found: papers in their order, and why each of them."""

    @property
    def ids(self) -> list[int]: ...  # noqa: D102
    def reasons(self, wanted: Collection[int]) -> dict[int, str]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Listed:
    """Papers that were found without the search; each says why when it is asked."""

    ids: list[int]
    why: Callable[[int], str]

    def reasons(self, wanted: Collection[int]) -> dict[int, str]:
        """Return why each of the wanted papers was found."""
        return {paper_id: self.why(paper_id) for paper_id in wanted}


class Asking:
    """Answers over the papers that came in between two moments."""

    def __init__(self, search: Searching, catalogue: Catalogue, since: datetime, until: datetime) -> None:
        self._search, self._catalogue = search, catalogue
        self._since, self._until = since, until
        self._came: dict[int, datetime] | None = None
        self._among: Ids = np.zeros(0, np.int64)
        self._bylines: Bylines | None = None

    @property
    def came(self) -> Mapping[int, datetime]:
        """When each paper came in."""
        if self._came is None:
            self._came = self._catalogue.came_between(self._since, self._until)
            self._among = np.array(sorted(self._came), np.int64)
        return self._came

    def ask(self, encoded: str) -> Found | None:
        """Return the news of what a subscription keeps, None where nothing came in; raises as the search does."""
        if not self.came:
            return None
        match decoded(encoded):
            case Topic() as topic:
                return self._search.of_topic(topic.words, self._examples(topic), self._among)
            case Author() as author:
                return self._by(author)
            case Category(code=code):
                news = self._search.news(Question(cat=(code,)), self._among)
                return Listed(news.ids, lambda _: f"New in {code}.")
            case question:
                return self._search.news(question, self._among)

    def _examples(self, topic: Topic) -> list[int]:
        """Return the examples that are still here, under the numbers that they have now."""
        found = []
        for key in topic.examples:
            try:
                found.append(self._catalogue.get(key).id)
            except (NotFound, Invalid):  # it was here when it was chosen
                continue
        return found

    def _by(self, author: Author) -> Listed:
        if self._bylines is None:
            self._bylines = Bylines(self._catalogue.authors_between(self._since, self._until))
        matches = {paper: match for paper, match in self._bylines.of(author.name).items() if paper in self.came}
        ids = sorted(matches, key=lambda paper: (not matches[paper].sure, -self.came[paper].timestamp(), -paper))
        if author.category:
            within = set(self._search.news(Question(cat=(author.category,)), np.array(sorted(ids), np.int64)).ids)
            ids = [paper for paper in ids if paper in within]
        return Listed(ids, lambda paper: _by_whom(matches[paper], author.name))


def _by_whom(match: Match, name: str) -> str:
    if match.sure:
        return f"By {match.written}, whom you follow."
    return f"By {match.written}, who may be {name}, whom you follow: the initial agrees."
