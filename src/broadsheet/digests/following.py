"""What was found for those who follow it: each distinct thing is asked for once a run, over what came in lately.

How each kind is asked is `asking`'s matter, whose they are and what a reader had before `store`'s to know.
One that cannot be asked now finds nothing, and is told in the log: nobody's edition waits for it.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Protocol

from broadsheet.digests import interests, sections
from broadsheet.digests.asking import Asking, Found, Searching
from broadsheet.digests.mutes import Apart, apart
from broadsheet.digests.sections import Entry
from broadsheet.digests.selection import TITLES, Section, found
from broadsheet.errors import Invalid, Unavailable
from broadsheet.logs import get_logger
from broadsheet.papers.catalogue import Catalogue

OF_EACH = 5  # papers of one search, topic, author or category in a mail
OF_ALL = 30  # papers of all of them in a mail in which they come beside the size
AT_ONCE = 200  # papers that are taken apart at once
# A paper can be found only some time after it came in, and what did not fit may follow: a day before the last digest
# is looked at too, and nothing comes twice.
OVERLAP = timedelta(days=1)
LOOKBACK = timedelta(days=32)  # a month's digest and the overlap

_log = get_logger("digests")


class Saved(Protocol):
    """Something followed, as far as its news go."""

    @property
    def question(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102


class Follower:
    """Makes a `Following` for each run."""

    def __init__(self, search: Searching, catalogue: Catalogue) -> None:
        self._search, self._catalogue = search, catalogue

    def until(self, moment: datetime) -> "Following":
        """Return what asks over the papers that came in until `moment`."""
        since = moment - LOOKBACK
        return Following(Asking(self._search, self._catalogue, since, moment), self._catalogue, since)

    def sections(self, content: Iterable[Sequence[Any]]) -> list[Section]:
        """Return the sections of a digest from (paper_id, question, reason, title) in order, with papers as they are.

        Searches and topics have a section each, authors and categories one together. Papers that departed since are
        left out.
        """
        rows = list(content)
        papers = {paper.id: paper for paper in self._catalogue.papers([row[0] for row in rows])} if rows else {}
        made = []
        for (name, title, page), group in groupby(rows, key=_heading):
            told = [(papers[paper_id], reason) for paper_id, _, reason, _ in group if paper_id in papers]
            made += [found(name, title, page, told)] if told else []
        return made


class Following:
    """The answers of one run, kept as long as it lasts."""

    def __init__(self, asking: Asking, catalogue: Catalogue, since: datetime) -> None:
        self._asking, self._catalogue = asking, catalogue
        self.since = since  # from when on papers are looked at at all
        self._found: dict[str, Found | None] = {}
        self._recent: dict[tuple[str, datetime], list[int]] = {}
        self._reasons: dict[tuple[str, int], str] = {}
        self._apart: dict[int, Apart | None] = {}
        self._in_order: list[int] = []
        self._silent: set[str] = set()

    def ask(self, questions: Iterable[str]) -> Iterator[str]:
        """Ask those that were not asked yet, and yield each: it may take a while, so hold no transaction open."""
        for question in questions:
            if question not in self._found:
                self._found[question] = self._ask(question)
                yield question

    def offers(
        self, saved: Sequence[Saved], last: datetime | None, taken: Collection[int]
    ) -> dict[str, Iterator[Entry]]:
        """Return what one reader is offered in each section: what came in since, and is not `taken` as it grows.

        Each search, topic, author or category gives one paper in turn, up to five.
        """
        fresh: dict[str, list[tuple[str, list[int]]]] = {}
        for one in saved:
            fresh.setdefault(interests.section_of(one.question), []).append((one.question, self.fresh(one, last)))
        return {name: sections.in_turns(name, some, OF_EACH, taken) for name, some in fresh.items()}

    def fresh(self, saved: Saved, last: datetime | None) -> list[int]:
        """Return what something found that came in since the reader's last digest, or since it is followed."""
        since = max(saved.created_at, last - OVERLAP) if last else saved.created_at
        came = self._asking.came
        # Readers of one hour share what is filtered coarsely; the rest is a handful.
        hour = since.replace(minute=0, second=0, microsecond=0)
        key = (saved.question, hour)
        if key not in self._recent:
            news = self._found.get(saved.question)
            self._recent[key] = [paper_id for paper_id in news.ids if came[paper_id] > hour] if news else []
        return [paper_id for paper_id in self._recent[key] if came[paper_id] > since]

    def silent(self, saved: Sequence[Saved]) -> bool:
        """Tell whether something could not be asked for now, so that nobody can say that it found nothing."""
        return any(one.question in self._silent for one in saved)

    def apart(self, paper_id: int) -> Apart | None:
        """Return a paper taken apart for the eyes of mutes, once a run; None where it departed.

        Those that came in with it are taken apart in the same breath: they are looked at next.
        """
        if paper_id not in self._apart:
            if not self._in_order:
                self._in_order = sorted(self._asking.came)
            at = bisect_left(self._in_order, paper_id) // AT_ONCE * AT_ONCE
            self.take_apart({paper_id, *self._in_order[at : at + AT_ONCE]})
        return self._apart[paper_id]

    def take_apart(self, papers: Collection[int]) -> None:
        """Take papers apart that are about to be looked at."""
        lacking = [one for one in papers if one not in self._apart]
        self._apart |= dict.fromkeys(lacking)
        self._apart |= {paper.id: apart(paper) for paper in self._catalogue.papers(lacking)} if lacking else {}

    def reason(self, question: str, paper_id: int) -> str:
        """Return why a paper was found, empty for one whose reason `tell` did not find."""
        return self._reasons.get((question, paper_id), "")

    def tell(self, chosen: Iterable[tuple[str, int]]) -> None:
        """Find the reasons of these (question, paper), each once a run."""
        wanted: dict[str, set[int]] = {}
        for question, paper_id in chosen:
            if (question, paper_id) not in self._reasons:
                wanted.setdefault(question, set()).add(paper_id)
        for question, ids in wanted.items():
            news = self._found[question]
            told = news.reasons(ids) if news else {}
            self._reasons |= {(question, paper_id): told.get(paper_id, "") for paper_id in ids}

    def _ask(self, question: str) -> Found | None:
        try:
            return self._asking.ask(question)
        except (Invalid, Unavailable) as error:
            self._silent.add(question)
            _log.warning("digests.search_not_asked", cause=error.message)
            return None


def _heading(row: Sequence[Any]) -> tuple[str, str, str]:
    """Return the section, title and page under which something found stands: (paper_id, question, reason, title)."""
    _, question, _, title = row
    name = interests.section_of(question)
    return (name, "", "") if name in TITLES else (name, title, interests.page_of(question))
