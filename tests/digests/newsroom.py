"""A newsroom for tests: editions whose places are given, readers who confirmed, and a tray that mails land in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import insert, select, update

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import delivery, subscription
from broadsheet.database.schema import edition as edition_table
from broadsheet.digests.digests import Digests
from broadsheet.digests.following import Follower
from broadsheet.digests.pace import Pace
from broadsheet.digests.subscription import Subscription
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.digests.tokens import Tokens
from broadsheet.editions.edition import Edition, Head, Place
from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import Span
from broadsheet.errors import BroadsheetError, NotFound
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.replies import Last, Withheld, always
from broadsheet.mail.transport import Transport
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.search.engine import Ids
from broadsheet.search.fusion import Ranking
from broadsheet.search.news import News
from broadsheet.search.question import Question
from broadsheet.search.results import Hit, Why
from tests.invented import paper, record

SECRET = b"a secret of thirty-two bytes....".ljust(32)
RETURNS = ReturnPath.of("bounce@tide.example.org", SECRET, is_read=True)
HEAD = Letterhead.of("The Tide", "https://tide.example.org", returns=RETURNS)
TODAY = date(2026, 1, 15)  # a Thursday
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


class Tray:
    """A transport that keeps what it is given; `before` and `trouble` see the recipient, and may raise."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.closed = 0
        self.before: Callable[[str], object] = lambda _recipient: None
        self.trouble: Callable[[str], None] = lambda _recipient: None

    def send(self, mail: bytes, *, sender: str, recipient: str, last: Last = always) -> None:
        self.before(recipient)
        if not last():
            raise Withheld
        self.trouble(recipient)
        self.raw.append(mail)
        read = message_from_bytes(mail.replace(b"\r\n", b"\n"), policy=policy.default)
        self.mails.append(cast("EmailMessage", read))
        self.recipients.append(recipient)
        self.senders.append(sender)

    @property
    def lanes(self) -> int:
        return 1

    def close(self) -> None:
        self.closed += 1

    def describe(self) -> str:
        return "Mails land in a tray."


class Press:
    """Editions in the form of the real ones, with exactly the places that a test gives."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self._database = database
        self._clock = clock
        self._catalogue = Catalogue(database, clock)
        self._editions: dict[date, Edition] = {}
        self.spans: dict[Span, Edition] = {}
        self.trouble: BroadsheetError | None = None

    def publish(
        self,
        day: date,
        *,
        lead: int | None = None,
        trending: Sequence[int] = (),
        new: Sequence[int] = (),
        shelf: Sequence[int] = (),
        at: datetime | None = None,
        **overrides: Any,
    ) -> Edition:
        at = at or datetime.combine(day, time(6), UTC)
        numbers = [*([lead] if lead else []), *trending, *new, *shelf]
        papers = self._papers(numbers)
        with self._database.write() as connection:
            row = {"period": "day", "starts_on": day, "number": len(self._editions) + 1, "published_at": at}
            row |= {"new_papers": len(new), "notice": ""}
            had = select(edition_table.c.id).where(edition_table.c.starts_on == day)
            edition_id = connection.execute(had).scalar_one_or_none()
            if edition_id is None:
                made = insert(edition_table).values(**row).returning(edition_table.c.id)
                edition_id = connection.execute(made).scalar_one()
        self._editions[day] = Edition(
            id=edition_id,
            period="day",
            day=day,
            number=len(self._editions) + 1,
            published_at=at,
            new_papers=len(new),
            lead=_place(1, papers[lead], "Most votes of the day.") if lead else None,
            trending=[_place(n, papers[number], f"{number} votes in a day.") for n, number in enumerate(trending, 1)],
            new=[_place(n, papers[number], "New in cs.IR.") for n, number in enumerate(new, 1)],
            shelf=[_place(n, papers[number], "From the starter shelf.") for n, number in enumerate(shelf, 1)],
            **overrides,
        )
        return self._editions[day]

    def _papers(self, numbers: Sequence[int]) -> dict[int, Paper]:
        self._catalogue.add([record(n) for n in numbers])
        return {n: self._catalogue.get(str(record(n).identifiers[0])) for n in numbers}

    def of(self, day: date, period: str = "day") -> Edition:
        if self.trouble:
            raise self.trouble
        if day not in self._editions:
            raise NotFound(f"There is no edition of {day}.", value=day.isoformat())
        return self._editions[day]

    def at(self, span: Span) -> Edition:
        return self.spans[span]

    def between(self, period: str, first: date, last: date) -> list[Head]:
        found = sorted(span for span in self.spans if span.period == period and first <= span.start <= last)
        return [Head(1, span.period, span.start, 1, NEVER, 0) for span in found]

    def today(self) -> Edition:
        return self.of(self._clock.now().date())

    def dates(self, limit: int = 60) -> list[Head]:
        newest = sorted(self._editions.values(), key=lambda edition: edition.day, reverse=True)[:limit]
        return [Head(one.id or 0, "day", one.day, one.number, one.published_at or NEVER, 0) for one in newest]


class Library:
    """Answers questions from what a test puts under their words, in that order, and counts how often it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Sequence[int]] = {}
        self.asked: list[str] = []
        self.trouble: BroadsheetError | None = None

    def of_topic(self, words: str, examples: Sequence[int], among: Ids) -> News:
        return self.news(Question(text=words or f"like {sorted(examples)}"), among)

    def news(self, question: Question, among: Ids) -> News:
        self.asked.append(question.text)
        if self.trouble:
            raise self.trouble
        ids = np.array(self.answers.get(question.text, ()), np.int64)
        some = np.ones(len(ids), np.float32)
        return News.of(Ranking(ids, some, some), among, lambda part: self._told(question, part))

    def _told(self, question: Question, part: Ranking) -> list[Hit]:
        why = Why((question.text,), 1.0, 1.0, f"Holds “{question.text}”.")
        return [Hit(n, 2.0, paper(one, id=one), why) for n, one in enumerate(part.ids.tolist(), 1)]


@dataclass
class Newsroom:
    database: Database
    clock: FixedClock
    tray: Tray
    press: Press
    subscriptions: Subscriptions
    digests: Digests
    library: Library
    links: list[str] = field(default_factory=list)

    def reader(self, address: str, **choices: Any) -> Subscription:
        """Subscribe and confirm as a person would, without a letter: it is told to be sent, and its link is kept."""
        self.subscriptions.subscribe(address, **choices)
        now = self.clock.now()
        waits = delivery.c.kind == "confirm", delivery.c.state == "queued"
        sent = {"state": "accepted", "attempts": 1, "settled_at": now}
        with self.database.write() as connection:
            asked = connection.scalars(
                update(delivery).where(*waits).values(sent).returning(delivery.c.subscription_id)
            ).all()
            row = connection.execute(select(subscription).where(subscription.c.id == max(asked))).one()
        self.links.append(Tokens(SECRET).make("confirm", row.id, row.token_key, now))
        return self.subscriptions.confirm(self.links[-1])

    def tick(self) -> int:
        """Queue and send once; return how many mails were accepted."""
        self.digests.queue_due()
        return self.digests.send_due().accepted

    def come_in(self, *numbers: int) -> list[int]:
        """Take invented papers in as a harvest would, and return their ids."""
        taken = Catalogue(self.database, self.clock).add([record(n) for n in numbers])
        return list(taken.paper_ids)

    def states(self, kind: str = "digest") -> list[str]:
        with self.database.read() as connection:
            statement = select(delivery.c.state).where(delivery.c.kind == kind).order_by(delivery.c.id)
            return list(connection.execute(statement).scalars())


def newsroom(
    database: Database, clock: FixedClock, transport: Transport | None = None, pace: Pace | None = None
) -> Newsroom:
    tray, press = Tray(), Press(database, clock)
    way = transport or tray
    subscriptions = Subscriptions(database, clock, SECRET, way, HEAD, UTC_ZONE, Catalogue(database, clock))
    library = Library()
    follower = Follower(library, Catalogue(database, clock))
    digests = Digests(database, subscriptions, cast("Editions", press), follower, way, HEAD, clock, pace)
    return Newsroom(database, clock, tray, press, subscriptions, digests, library)


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def token(mail: EmailMessage, path: str) -> str:
    """Return the token of the first link to `path` in the text part."""
    link = next(link for link in re.findall(r"https?://\S+", body(mail)) if urlsplit(link).path == path)
    return parse_qs(urlsplit(link).query)["token"][0]


def titles(mail: EmailMessage) -> list[int]:
    """Return the numbers of the invented papers whose titles stand in the mail, in order."""
    return [int(number) for number in re.findall(r"\bpart\s+(\d+)\n", body(mail))]


def _place(place: int, made: Paper, reason: str) -> Place:
    return Place(place, made, 1.0, reason)
