"""Holds the instance's rates against what receivers take ill, and pauses digests before its name is spoilt.

The rates are `tally`'s; who stops for a pause is the sender's matter.
Only an operator ends a pause. The days before that are not held against the instance again: a limit that was passed
once would stop it for a week, whatever was done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import mail_pause
from broadsheet.errors import Conflict
from broadsheet.logs import get_logger
from broadsheet.mail import tally
from broadsheet.mail.tally import Rates

WINDOW = timedelta(days=7)
# What Gmail and Yahoo publish for senders: complaints under 0.1 %, never 0.3 %.
COMPLAINTS, COMPLAINTS_EVER = 0.001, 0.003
# Amazon SES asks for less than 5 % of mails to mailboxes that are not there, and stops senders at 10 %.
GONE, GONE_EVER = 0.05, 0.10
ALL = "all receivers"

_log = get_logger("mail")


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit: passed where a share is above `share` and so many mails at least are behind it."""

    what: str
    share: float
    least: int

    def sentence(self, where: str, rates: Rates, share: float) -> str:
        """Say that it is passed."""
        return (
            f"{share:.2%} of the mails of {WINDOW.days} days to {where} {self.what} "
            f"({rates.sent} sent); receivers want less than {self.share:.1%}."
        )


# One reader's click says nothing of a thousand: each rule wants several before it stops everybody's mail.
COMPLAINED = (Rule("were complained of", COMPLAINTS_EVER, 2), Rule("were complained of", COMPLAINTS, 5))
NOT_THERE = Rule("went to mailboxes that are not there", GONE_EVER, 10)
LARGE = 500  # mails of a window from which on one receiver is judged by itself


@dataclass(frozen=True, slots=True)
class Pause:
    """Digests wait since a moment, for a reason in words; lifted by whom and when, if it is over."""

    since: datetime
    words: str
    lifted_at: datetime | None = None
    lifted_by: str | None = None


class Limits:
    """Watches the rates of one instance."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def watch(self) -> Pause | None:
        """Pause digests if a limit is passed; return the pause that holds now, None where there is none."""
        with self._database.write() as connection:
            found = pause_of(connection)
            if found is not None:
                return found
            now = self._clock.now()
            words = broken(tally.by_domain(connection, _since(connection, now)))
            if not words:
                return None
            connection.execute(insert(mail_pause).values(since=now, words=words))
        _log.error("digests_paused", why=words)
        return Pause(now, words)

    def pause(self) -> Pause | None:
        """Return the pause that holds now."""
        with self._database.read() as connection:
            return pause_of(connection)

    def lift(self, by: str) -> Pause:
        """Let digests go on; raises `Conflict` where they are not paused."""
        with self._database.write() as connection:
            found = pause_of(connection)
            if found is None:
                raise Conflict("Digests are not paused, so there is nothing to lift.")
            lifted = {"lifted_at": self._clock.now(), "lifted_by": by[:64]}
            connection.execute(update(mail_pause).where(mail_pause.c.lifted_at.is_(None)).values(**lifted))
        _log.warning("digests_go_on")
        return found

    def past(self, limit: int = 10) -> list[Pause]:
        """Return the newest pauses, newest first."""
        newest = select(mail_pause).order_by(mail_pause.c.since.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(newest).all()
        return [Pause(row.since, row.words, row.lifted_at, row.lifted_by) for row in rows]


def pause_of(connection: Connection) -> Pause | None:
    """Return within a caller's transaction the pause that holds now."""
    row = connection.execute(select(mail_pause).where(mail_pause.c.lifted_at.is_(None)).limit(1)).one_or_none()
    return None if row is None else Pause(row.since, row.words)


def broken(rates: Mapping[str, Rates]) -> str:
    """Say which limit is passed, for all receivers together or for a large one; the empty text for none.

    A company that closed its domain, or two complaints in a small one, are no reason to stop all mails.
    """
    everyone = tally.together(rates.values())
    large = {domain: one for domain, one in rates.items() if domain and one.accepted >= LARGE}
    for where, one in ({ALL: everyone} | large).items():
        for rule in COMPLAINED:
            if one.complained >= rule.least and one.complaint_share > rule.share:
                return rule.sentence(where, one, one.complaint_share)
    if everyone.gone >= NOT_THERE.least and everyone.gone_share > NOT_THERE.share:
        return NOT_THERE.sentence(ALL, everyone, everyone.gone_share)
    return ""


def _since(connection: Connection, now: datetime) -> date:
    """Return the first day that counts: of the window, or the one after the newest pause was lifted."""
    first = (now - WINDOW).astimezone(UTC).date() + timedelta(days=1)
    lifted = connection.execute(select(func.max(mail_pause.c.lifted_at))).scalar()
    return first if lifted is None else max(first, lifted.astimezone(UTC).date() + timedelta(days=1))
