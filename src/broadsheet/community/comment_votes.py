"""Votes for comments: one a reader and comment, never for one's own, taken back at will.

What they are worth, `rings` says, and that they order the talk on a paper, `comments`. They are no signal: what people
say of a paper well says nothing of the paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.accounts.allowances import Allowances
from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.community import store
from broadsheet.community.comments import comment_of, hold_of
from broadsheet.community.votes import BY_READER
from broadsheet.database import seen
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Forbidden, NotFound, SignInNeeded


@dataclass(frozen=True, slots=True)
class Praise:
    """How a comment stands now: its votes, and whether the reader who asks is among them."""

    comment_id: int
    votes: int
    mine: bool


class CommentVotes:
    """The votes for comments of one database; they share the allowance of votes for papers."""

    def __init__(self, database: Database, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._allowances = Allowances(database, clock, secret)

    def cast(self, reader: Reader, comment_id: int) -> Praise:
        """Vote for a comment; a second time changes nothing.

        Raises `NotFound` for one that is gone, `Conflict` for one that is hidden, `Forbidden` for one's own,
        `SignInNeeded`, `TooMany`.
        """
        return self._change(reader, comment_id, wanted=True)

    def withdraw(self, reader: Reader, comment_id: int) -> Praise:
        """Take a vote back; without one nothing changes. Raises as `cast` does."""
        return self._change(reader, comment_id, wanted=False)

    def counts(self, comment_ids: Sequence[int]) -> dict[int, int]:
        """Return how many votes each comment has, of those that have any."""
        with self._database.read() as connection:
            return store.counts(connection, comment_ids, store.COMMENTS)

    def mine(self, reader: Reader | None, comment_ids: Sequence[int]) -> set[int]:
        """Return which of the comments a reader voted for; nobody known voted for none."""
        if reader is None:
            return set()
        with self._database.read() as connection:
            return store.mine(connection, reader.id, comment_ids, store.COMMENTS)

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return all votes of a reader for comments, ready for JSON."""
        with self._database.read() as connection:
            rows = store.of_reader(connection, reader_id, of=store.COMMENTS)
        return [{"comment": row.its_id, "voted_at": row.voted_at.isoformat()} for row in rows]

    def _change(self, reader: Reader, comment_id: int, *, wanted: bool) -> Praise:
        self._allowances.take([(BY_READER, str(reader.id))])
        with self._database.write() as connection:
            row, held = hold_of(connection, comment_id)
            found = comment_of(row, None)
            if found.state == "removed":
                raise NotFound("This comment was removed.", value=comment_id)
            if found.state == "hidden":
                raise Conflict("An editor hid this comment meanwhile.")
            if found.is_by(reader):
                raise Forbidden("Nobody votes for their own comment.")
            if not store.has_reader(connection, reader.id):
                raise SignInNeeded("This account was deleted meanwhile. Sign in to make another.")
            with seen.of_paper(connection, held.id):
                if wanted:
                    store.add(connection, reader.id, comment_id, self._clock.now(), store.COMMENTS)
                else:
                    store.remove(connection, reader.id, comment_id, store.COMMENTS)
            votes = store.counts(connection, [comment_id], store.COMMENTS).get(comment_id, 0)
        return Praise(comment_id, votes, wanted)
