"""Makes the letter of a digest that is about to go out, from its row, the editions that its papers stand in, and what
saved searches found.

Sending it is `sending`'s matter.
Equal selections are laid out once: only links and the foot differ from reader to reader.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from broadsheet.database.engine import Database
from broadsheet.digests import letters, saved_store
from broadsheet.digests.deliveries import Claimed
from broadsheet.digests.following import Follower
from broadsheet.digests.rendering import Personal, Sheet, lay_out
from broadsheet.digests.schedule import DAY, SPANS
from broadsheet.digests.selection import Candidate, arrange, candidates
from broadsheet.digests.subscription import Subscription
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.edition import Edition
from broadsheet.editions.editions import Editions
from broadsheet.errors import NotFound
from broadsheet.mail.letter import Kind, Letter, Letterhead

_SHEETS = 64
_OCCASION = "edition:"

Content = tuple[tuple[Any, ...], ...]  # (paper_id, question, reason, title) in order; of the edition the first alone


def occasion(day: date) -> str:
    """Return what makes the digest of an edition one of a kind."""
    return f"{_OCCASION}{day.isoformat()}"


def published(editions: Editions, day: date, days: int) -> list[Edition]:
    """Return the published editions of `day` and the days before it, newest first."""
    found: list[Edition] = []
    for back in range(days):
        try:
            edition = editions.of(day - timedelta(days=back))
        except NotFound:
            continue
        if edition.published_at is not None:
            found.append(edition)
    return found


class Composer:
    """Composes digests for one run; keeps what several readers share, within limits."""

    def __init__(
        self,
        database: Database,
        editions: Editions,
        follower: Follower,
        subscriptions: Subscriptions,
        letterhead: Letterhead,
    ) -> None:
        self._database = database
        self._editions = editions
        self._follower = follower
        self._subscriptions = subscriptions
        self._letterhead = letterhead
        self._offers: dict[tuple[date, int], tuple[list[Edition], dict[int, Candidate]]] = {}
        self._sheets: OrderedDict[tuple[date, Content], Sheet | None] = OrderedDict()

    def __call__(self, claimed: Claimed, row: Row[Any]) -> Letter | None:
        """Return the letter of a claimed digest; None when none of its papers can be shown any more."""
        with self._database.read() as connection:
            content = tuple(map(tuple, saved_store.content(connection, claimed.id, claimed.subscription_id)))
        sheet = self._sheet(date.fromisoformat(claimed.occasion.removeprefix(_OCCASION)), content)
        if sheet is None:
            return None
        reader = self._subscriptions.of_row(row)
        end = letters.end_url(self._letterhead, reader.token)
        rendered = sheet.for_reader(Personal(letters.manage_url(self._letterhead, reader.token), end, why(reader)))
        return Letter(
            recipient=reader.address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            message_id=claimed.message_id,
            unsubscribe=end,
            kind=Kind.DIGEST,
        )

    def _sheet(self, day: date, content: Content) -> Sheet | None:
        key = (day, content)
        if key not in self._sheets:
            self._sheets[key] = self._lay_out(day, content)
            if len(self._sheets) > _SHEETS:
                self._sheets.popitem(last=False)
        self._sheets.move_to_end(key)
        return self._sheets[key]

    def _lay_out(self, day: date, content: Content) -> Sheet | None:
        papers = [paper_id for paper_id, question, _, _ in content if question is None]
        searches = self._follower.sections(row for row in content if row[1] is not None)
        editions, days, chosen = self._spanned(day, papers)
        if not (editions and (chosen or searches)):
            return None
        return lay_out(arrange(editions[0], days, chosen, searches), self._letterhead)

    def _spanned(self, day: date, papers: Sequence[int]) -> tuple[list[Edition], int, list[Candidate]]:
        """Return the editions from which a digest was chosen, of how many days, and what of it stands in them still.

        Which rhythm was meant shows in where the papers are found: the shortest span that holds most of them.
        """
        best: tuple[list[Edition], int, list[Candidate]] = ([], DAY, [])
        for days in SPANS:
            editions, offered = self._offered(day, days)
            chosen = [offered[paper] for paper in papers if paper in offered]
            if not best[0] or len(chosen) > len(best[2]):
                best = editions, days, chosen
            if editions and len(chosen) == len(papers):
                break
        return best

    def _offered(self, day: date, days: int) -> tuple[list[Edition], dict[int, Candidate]]:
        if (day, days) not in self._offers:
            editions = published(self._editions, day, days)
            offered = {candidate.place.paper.id: candidate for candidate in candidates(editions)}
            self._offers[day, days] = editions, offered
        return self._offers[day, days]


def why(reader: Subscription) -> str:
    """Return the sentence that says why a digest came."""
    since = f" on {reader.confirmed_at.day} {reader.confirmed_at:%B %Y}" if reader.confirmed_at else ""
    return f"You asked for this{since}: {reader.choices.sentence}. Nothing in it was sent to you before."
