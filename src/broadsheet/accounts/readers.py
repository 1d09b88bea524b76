"""Every reader of an instance: added, found, renamed, given a role, exported, deleted.

How one proves to be a reader is the matter of `sign_ins`, `sessions` and `api_tokens`.
What other packages keep of a reader hangs on the reader's row and goes with it; for an export each tells its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from broadsheet.accounts import audit, store
from broadsheet.accounts.names import look_of
from broadsheet.accounts.reader import Reader, Role, name_of
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Invalid, NotFound
from broadsheet.mail import addresses

Belongings = Callable[[int], Sequence[Mapping[str, Any]]]
_ALONE = "alone"  # in the place of an address's key: the reader of a single-user instance


class Readers:
    """The accounts of one database; `belongings` tells by name what else there is of a reader, ready for JSON."""

    def __init__(
        self, database: Database, clock: Clock, secret: bytes, belongings: Mapping[str, Belongings] | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._belongings = belongings or {}

    def add(self, address: str, role: Role = "reader", name: str = "") -> Reader:
        """Make an account; that the operator gave it a role is written down.

        Raises `Invalid`, and `Conflict` where the address has one already.
        """
        mailbox = addresses.read(address, self._secret)
        chosen = name_of(name)
        with self._database.write() as connection:
            if store.reader_by_key(connection, mailbox.key) is not None:
                raise Conflict("This address has an account already; `broadsheet readers role` changes what it may do.")
            _require_free(connection, 0, chosen)
            made = reader(self._add(connection, mailbox, role, chosen))
            if role != "reader":
                self._note_role(connection, made.id, f"{role}, with the account")
            return made

    def alone(self) -> Reader:
        """Return the one reader of a single-user instance, who may do everything; made at the first call."""
        with self._database.read() as connection:
            row = store.reader_by_key(connection, _ALONE)
        if row is None:
            with self._database.write() as connection:
                row = self._add(connection, addresses.Address("", _ALONE), "admin", "")
        return reader(row)

    def get(self, reader_id: int) -> Reader:
        """Return a reader; raises `NotFound`."""
        with self._database.read() as connection:
            return reader(_there(store.reader_by_id(connection, reader_id)))

    def named(self, address: str) -> Reader:
        """Return the reader with an address; raises `Invalid`, and `NotFound` with what to do."""
        mailbox = addresses.read(address, self._secret)
        with self._database.read() as connection:
            return reader(_there(store.reader_by_key(connection, mailbox.key)))

    def all(self) -> list[Reader]:
        """Return every reader, in the order in which they came."""
        with self._database.read() as connection:
            return [reader(row) for row in store.readers(connection) if row.address_key != _ALONE]

    def set_role(self, address: str, role: Role) -> Reader:
        """Let a reader do what `role` may, from the next request on; the operator's change is written down.

        Raises as `named` does.
        """
        found = self.named(address)
        with self._database.write() as connection:
            before = _there(store.held_reader(connection, found.id)).role
            changed = reader(_there(store.set_reader(connection, found.id, {"role": role})))
            if before != role:
                self._note_role(connection, found.id, f"{before} to {role}")
        return changed

    def rename(self, reader_id: int, name: str) -> Reader:
        """Change what others see of a reader; the empty name shows the number.

        Raises `Invalid`, also for a name that looks like another reader's, and `NotFound`.
        """
        chosen = name_of(name)
        try:
            with self._database.write() as connection:
                _require_free(connection, reader_id, chosen)
                values = {"name": chosen, "name_look": look_of(chosen) or None}
                return reader(_there(store.set_reader(connection, reader_id, values)))
        except IntegrityError as error:  # of two who choose it at once, one has it
            raise _taken(chosen) from error

    def export(self, reader_id: int) -> dict[str, Any]:
        """Return all that is kept of a reader, ready for JSON; secrets are kept as hashes and are not in it."""
        now = self._clock.now()
        with self._database.read() as connection:
            row = _there(store.reader_by_id(connection, reader_id))
            sessions = [
                {"signed_in_at": one.created_at.isoformat(), "ends_at": one.expires_at.isoformat()}
                for one in store.sessions(connection, reader_id, now)
            ]
            identities = [
                {"issuer": one.issuer, "subject": one.subject} for one in store.identities(connection, reader_id)
            ]
            tokens = [
                {
                    "name": one.name,
                    "scope": one.scope,
                    "made_at": one.created_at.isoformat(),
                    "used_at": one.used_at and one.used_at.isoformat(),
                }
                for one in store.tokens(connection, reader_id)
            ]
        return {
            "exported_at": now.isoformat(),
            "reader": {
                "number": row.id,
                "address": row.address,
                "name": row.name,
                "role": row.role,
                "created_at": row.created_at.isoformat(),
                "signed_in_at": row.signed_in_at and row.signed_in_at.isoformat(),
            },
            "sessions": sessions,
            "tokens": tokens,
            "openid": identities,
            **{name: list(tell(reader_id)) for name, tell in self._belongings.items()},
        }

    def delete(self, reader_id: int) -> None:
        """Delete a reader with all that is kept of it: sessions, tokens, and what other packages hang on it."""
        with self._database.write() as connection:
            store.delete_reader(connection, _there(store.reader_by_id(connection, reader_id)))

    def _add(self, connection: Connection, mailbox: addresses.Address, role: Role, name: str) -> Row[Any]:
        return store.add_reader(connection, fresh(mailbox, role, name) | {"created_at": self._clock.now()})

    def _note_role(self, connection: Connection, reader_id: int, what: str) -> None:
        audit.note(connection, self._clock.now(), audit.OPERATOR, "role", ("reader", reader_id), what)


def fresh(mailbox: addresses.Address, role: Role, name: str) -> dict[str, object]:
    """Return the columns of an account that is about to be made, but for its time."""
    look = look_of(name) or None
    return {"address": mailbox.mailbox, "address_key": mailbox.key, "name": name, "name_look": look, "role": role}


def reader(row: Row[Any]) -> Reader:
    """Return the reader that `store` read as `row`."""
    return Reader(row.id, row.address, row.name, row.role, row.created_at, row.signed_in_at)


def _require_free(connection: Connection, reader_id: int, name: str) -> None:
    """Raise `Invalid` where another reader's name looks like this one."""
    other = store.reader_by_look(connection, look_of(name)) if name else None
    if other is not None and other.id != reader_id:
        raise _taken(name)


def _taken(name: str) -> Invalid:
    return Invalid(f"“{name}” looks like another reader’s name here. Choose another.", field="name")


def _there(row: Row[Any] | None) -> Row[Any]:
    if row is None:
        raise NotFound("There is no such reader. `broadsheet readers list` shows who there is.")
    return row
