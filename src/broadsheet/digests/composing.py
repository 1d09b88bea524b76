"""Makes the letter of a digest that is about to go out, from its row, the editions that its papers stand in, and what
was found for its reader.

Which papers those are was `choosing`'s matter, sending it is `sending`'s.
Equal selections are laid out once: only links and the foot differ from reader to reader.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from broadsheet.database.engine import Database
from broadsheet.digests import letters, saved_store, sections
from broadsheet.digests.deliveries import Claimed
from broadsheet.digests.delivery_store import Taken
from broadsheet.digests.following import Follower
from broadsheet.digests.rendering import Personal, Sheet, lay_out
from broadsheet.digests.schedule import DAY, MONTH, SPANS, WEEK
from broadsheet.digests.selection import Offer, Section, Selection, candidates, of_page, standing
from broadsheet.digests.subscription import Choices, Subscription
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.edition import Edition
from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import span_of
from broadsheet.errors import NotFound
from broadsheet.mail.letter import Kind, Letter, Letterhead

_MOST_KEPT = 64_000_000  # characters of laid out digests: some hundred of the largest, a thousand of usual ones
_OCCASION = "edition:"

Line = Sequence[Any]  # (paper_id, question, reason, title); of the edition the first alone
Content = tuple[tuple[Any, ...], ...]


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


def offered_by(editions: Editions, pages: Sequence[Edition], day: date, days: int) -> Offer:
    """Return what the pages of `days` days to `day` offer, newest first.

    A week or a month begins with its own page, the one that came out last, where it is published: editors made that,
    or it says how the whole of it went.
    """
    period = {WEEK: "week", MONTH: "month"}.get(days)
    if period is None or not pages:
        return candidates(pages)
    now = span_of(period, day)
    heads = editions.between(now.period, now.before.start, now.start)
    return candidates([*(editions.at(head.span) for head in heads[-1:]), *pages])


def select(
    edition: Edition,
    days: int,
    content: Sequence[Line],
    offer: Offer,
    follower: Follower,
    reader: Choices,
) -> Selection:
    """Return what stands in a mail, from the lines of its content in their order.

    A paper of the page that no edition holds any more is left out. Without any paper the selection says why.
    """
    made: list[Section] = []
    for followed, lines in groupby(content, key=lambda line: line[1] is not None):
        if followed:
            made += follower.sections(lines)
        else:
            places = (standing(offer, line[0], reader.sections) for line in lines)
            made += of_page(place for place in places if place is not None)
    return Selection(edition, days, tuple(made), "" if made else why_empty(edition), reader.locale)


def why_empty(edition: Edition) -> str:
    """Say why nothing of an edition and of what is followed is new for a reader."""
    if edition.notice:
        return edition.notice
    came = f"{edition.new_papers:,} papers" if edition.new_papers != 1 else "One paper"
    return f"{came} came in, and nothing of it is both among what you chose and new to you."


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
        self._offers: dict[tuple[date, int], tuple[list[Edition], Offer]] = {}
        self._sheets: OrderedDict[tuple[date, Content, Choices], Sheet | None] = OrderedDict()
        self._kept = 0

    def __call__(self, batch: Sequence[Taken]) -> list[Letter | None]:
        """Return the letters of claimed digests; None where none of its papers can be shown any more."""
        with self._database.read() as connection:
            contents = saved_store.contents(connection, [claimed.id for claimed, _ in batch])
        return [self._letter(claimed, row, tuple(contents[claimed.id])) for claimed, row in batch]

    def _letter(self, claimed: Claimed, row: Row[Any], content: Content) -> Letter | None:
        reader = self._subscriptions.of_row(row)
        day = date.fromisoformat(claimed.occasion.removeprefix(_OCCASION))
        sheet = self._sheet(day, content, _alike(reader.choices))
        if sheet is None:
            return None
        end, manage = (
            letters.end_url(self._letterhead, reader.token),
            letters.manage_url(self._letterhead, reader.token),
        )
        web = letters.web_url(self._letterhead, reader.reading, day)
        rendered = sheet.for_reader(Personal(manage, end, why(reader), web))
        return Letter(
            recipient=reader.address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            message_id=claimed.message_id,
            unsubscribe=end,
            kind=Kind.DIGEST,
        )

    def _sheet(self, day: date, content: Content, reader: Choices) -> Sheet | None:
        key = (day, content, reader)
        if key not in self._sheets:
            self._sheets[key] = sheet = self._lay_out(day, content, reader)
            self._kept += sheet.size if sheet else 0
            while self._kept > _MOST_KEPT and len(self._sheets) > 1:
                _, oldest = self._sheets.popitem(last=False)
                self._kept -= oldest.size if oldest else 0
        self._sheets.move_to_end(key)
        return self._sheets[key]

    def _lay_out(self, day: date, content: Content, reader: Choices) -> Sheet | None:
        selection = self.selection(day, content, reader)
        return lay_out(selection, self._letterhead) if selection else None

    def selection(self, day: date, content: Sequence[Line], reader: Choices) -> Selection | None:
        """Return what the digest of a day holds, from the lines of its content; None where nothing can be shown."""
        editions, days, offer = self._spanned(
            day, [paper_id for paper_id, question, _, _ in content if question is None]
        )
        if not editions:
            return None
        selection = select(editions[0], days, content, offer, self._follower, reader)
        if not (selection.sections or (reader.even_empty and not content)):
            return None
        return selection

    def _spanned(self, day: date, papers: Sequence[int]) -> tuple[list[Edition], int, Offer]:
        """Return the editions from which a digest was chosen, of how many days, and what they offer.

        Which rhythm was meant shows in where the papers are found: the shortest span that holds most of them.
        """
        best: tuple[list[Edition], int, Offer] = ([], DAY, {})
        most = -1
        for days in SPANS:
            editions, offer = self._offered(day, days)
            held = sum(standing(offer, paper, ()) is not None for paper in papers)
            if not best[0] or held > most:
                best, most = (editions, days, offer), held
            if editions and held == len(papers):
                break
        return best

    def _offered(self, day: date, days: int) -> tuple[list[Edition], Offer]:
        if (day, days) not in self._offers:
            editions = published(self._editions, day, days)
            self._offers[day, days] = editions, offered_by(self._editions, editions, day, days)
        return self._offers[day, days]


def _alike(choices: Choices) -> Choices:
    """Return choices without what makes no difference to what a mail says, so that equal mails are laid out once."""
    page = tuple(name for name in choices.sections if name in sections.PAGE) or sections.PAGE
    return Choices(0, "", "daily", 0, page, even_empty=choices.even_empty, locale=choices.locale)


def why(reader: Subscription) -> str:
    """Return the sentence that says why a digest came."""
    since = f" on {reader.confirmed_at.day} {reader.confirmed_at:%B %Y}" if reader.confirmed_at else ""
    return f"You asked for this{since}: {reader.choices.sentence}. Nothing in it was sent to you before."
