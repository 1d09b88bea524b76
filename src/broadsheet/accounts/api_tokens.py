"""Tokens by which a reader's programs use the API: made, told once, listed, revoked, and what each may do.

Reading them from a request is the API's matter.
A token never outlives its reader's rights: the role is looked up anew at each use.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import Connection

from broadsheet.accounts import store
from broadsheet.accounts.hashed import hash_of, new_token
from broadsheet.accounts.reader import Reader
from broadsheet.accounts.readers import reader
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound
from broadsheet.mail.letter import line

Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "bst_"  # tells a token from other secrets, for people and for scanners of public code
MOST = 20
LONGEST_NAME = 40
_NOTED_ONCE_IN = timedelta(hours=1)  # a write for each request would not be worth what it tells


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One token, without its secret; `used_at` is true to the hour."""

    id: int
    name: str
    scope: Scope
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who uses the API now: a reader, by a token of this scope."""

    reader: Reader
    scope: Scope

    def require(self, scope: Scope) -> Reader:
        """Return the reader if the token may do that, else raise `Forbidden`."""
        if SCOPES.index(self.scope) < SCOPES.index(scope):
            raise Forbidden(f"This token may only {self.scope}. Make one that may {scope} on your page, /me.")
        return self.reader


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh token: `secret` is told this once."""

    token: ApiToken
    secret: str = field(repr=False)


class ApiTokens:
    """The tokens of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def make(self, reader_id: int, name: str, scope: str) -> Made:
        """Make a token. Raises `Invalid` for its name or scope, `Conflict` for a reader who has many."""
        called = line(name, 10 * LONGEST_NAME)
        if not called or len(called) > LONGEST_NAME:
            raise Invalid(f"Name what will use the token, in {LONGEST_NAME} characters at most.", field="token_name")
        if scope not in SCOPES:
            raise Invalid("A token may read, or read and write; choose one.", field="scope")
        now, secret = self._clock.now(), new_token(PREFIX)
        values = {"name": called, "scope": scope, "token_hash": hash_of(secret), "created_at": now}
        with self._database.write() as connection:
            self._require_room(connection, reader_id)
            token_id = store.add_token(connection, {"reader_id": reader_id, **values})
        return Made(ApiToken(token_id, called, scope, now, None), secret)

    def of(self, reader_id: int) -> list[ApiToken]:
        """Return a reader's tokens, the newest first."""
        with self._database.read() as connection:
            rows = store.tokens(connection, reader_id)
        return [ApiToken(row.id, row.name, row.scope, row.created_at, row.used_at) for row in rows]

    def revoke(self, reader_id: int, token_id: int) -> None:
        """End one of a reader's tokens at once; raises `NotFound` for any other."""
        with self._database.write() as connection:
            if not store.delete_token(connection, reader_id, token_id):
                raise NotFound("You have no such token; it may have been revoked already.", value=token_id)

    def bearer(self, secret: str) -> Bearer | None:
        """Return whose token this is and what it may do; None for one that is unknown or revoked."""
        now = self._clock.now()
        with self._database.read() as connection:
            row = store.token(connection, hash_of(secret))
            owner = store.reader_by_id(connection, row.reader_id) if row is not None else None
            if row is None or owner is None or store.is_barred(connection, owner.address_key):
                return None
        if row.used_at is None or now - row.used_at >= _NOTED_ONCE_IN:
            with self._database.write() as connection:
                store.mark_used(connection, row.id, now)
        return Bearer(reader(owner), row.scope)

    def _require_room(self, connection: Connection, reader_id: int) -> None:
        if store.count_tokens(connection, reader_id) >= MOST:
            raise Conflict(f"You have {MOST} tokens already. Revoke one that nothing uses any more.")
