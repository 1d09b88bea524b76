"""The SQL of readers, sign-ins, sessions, tokens and allowances; each function works inside its caller's transaction.

A sign-in is spent by one statement that also checks it: of two that come at once, one gets it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.column_types import Moment
from broadsheet.database.schema import (
    allowance,
    api_token,
    audit_entry,
    ban,
    openid_identity,
    reader,
    reader_visit,
    session,
    sign_in,
)
from broadsheet.mail.suppression import allowed

QUEUED, SENDING, SENT, FAILED, WITHHELD = "queued", "sending", "sent", "failed", "withheld"


def reader_by_id(connection: Connection, reader_id: int) -> Row[Any] | None:
    """Return a reader."""
    return connection.execute(select(reader).where(reader.c.id == reader_id)).one_or_none()


def reader_by_key(connection: Connection, address_key: str) -> Row[Any] | None:
    """Return the reader with an address."""
    return connection.execute(select(reader).where(reader.c.address_key == address_key)).one_or_none()


def held_reader(connection: Connection, reader_id: int) -> Row[Any] | None:
    """Return a reader whose role stays what it is until the transaction ends."""
    return connection.execute(select(reader).where(reader.c.id == reader_id).with_for_update()).one_or_none()


def reader_by_look(connection: Connection, look: str) -> Row[Any] | None:
    """Return the reader whose name looks so."""
    return connection.execute(select(reader).where(reader.c.name_look == look)).one_or_none()


def readers(connection: Connection) -> list[Row[Any]]:
    """Return every reader, in the order in which they came."""
    return list(connection.execute(select(reader).order_by(reader.c.id)))


def add_reader(connection: Connection, values: Mapping[str, object]) -> Row[Any]:
    """Insert a reader and return it; an address that is known already returns the reader there is, unchanged."""
    made = _insert(connection, reader)
    connection.execute(made.values(**values).on_conflict_do_nothing(index_elements=["address_key"]))
    return connection.execute(select(reader).where(reader.c.address_key == values["address_key"])).one()


def set_reader(connection: Connection, reader_id: int, values: Mapping[str, object]) -> Row[Any] | None:
    """Change columns of a reader and return it, None where there is none."""
    return connection.execute(
        update(reader).where(reader.c.id == reader_id).values(**values).returning(reader)
    ).one_or_none()


def delete_reader(connection: Connection, row: Row[Any]) -> None:
    """Delete a reader with all that hangs on it, and the sign-ins of the address."""
    connection.execute(delete(sign_in).where(sign_in.c.address_key == row.address_key))
    connection.execute(delete(reader).where(reader.c.id == row.id))


def add_sign_in(connection: Connection, values: Mapping[str, object]) -> None:
    """Insert a wish to sign in."""
    connection.execute(insert(sign_in).values(**values))


def claim_letter(connection: Connection, now: datetime, most_attempts: int) -> Row[Any] | None:
    """Take the letter that is due first, may be written and is still of use; None when none is.

    One that was tried too often is left alone: what breaks each run must not keep others waiting.
    """
    due = (
        select(sign_in.c.id)
        .where(
            sign_in.c.state == QUEUED,
            sign_in.c.due_at <= now,
            sign_in.c.expires_at > now,
            sign_in.c.attempts < most_attempts,
            allowed(sign_in.c.address_key),
        )
        .order_by(sign_in.c.due_at, sign_in.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = connection.execute(due).scalar_one_or_none()
    if found is None:
        return None
    values = {"state": SENDING, "attempts": sign_in.c.attempts + 1, "due_at": now}
    return connection.execute(update(sign_in).where(sign_in.c.id == found).values(**values).returning(sign_in)).one()


def set_sign_in(connection: Connection, sign_in_id: int, values: Mapping[str, object]) -> None:
    """Change columns of a sign-in."""
    connection.execute(update(sign_in).where(sign_in.c.id == sign_in_id).values(**values))


def open_sign_in(connection: Connection, token_hash: str, now: datetime) -> Row[Any] | None:
    """Return the sign-in that a token grants now, without spending it."""
    return connection.execute(select(sign_in).where(_open(token_hash, now))).one_or_none()


def spend_sign_in(connection: Connection, token_hash: str, now: datetime) -> Row[Any] | None:
    """Spend the sign-in that a token grants now, and return it; None for any but the first."""
    return connection.execute(
        update(sign_in).where(_open(token_hash, now)).values(used_at=now).returning(sign_in)
    ).one_or_none()


def close_sign_ins(connection: Connection, address_key: str) -> None:
    """Let no other letter to an address grant anything, and forget the address in them."""
    mine = sign_in.c.address_key == address_key
    values = {"expires_at": sign_in.c.asked_at, "address": "", "token_hash": None}
    connection.execute(update(sign_in).where(mine).values(**values))


def forget_sign_ins(connection: Connection, before: datetime) -> int:
    """Delete sign-ins that ended before, and return how many."""
    return connection.execute(delete(sign_in).where(sign_in.c.expires_at < before)).rowcount


def add_session(connection: Connection, values: Mapping[str, object]) -> None:
    """Insert a session."""
    connection.execute(insert(session).values(**values))


def reader_of_session(connection: Connection, token_hash: str, now: datetime) -> Row[Any] | None:
    """Return the reader whose running session has this token."""
    running = and_(session.c.token_hash == token_hash, session.c.expires_at > now, not_(_barred(reader.c.address_key)))
    asked = select(reader).join(session, session.c.reader_id == reader.c.id).where(running)
    return connection.execute(asked).one_or_none()


def sessions(connection: Connection, reader_id: int, now: datetime) -> list[Row[Any]]:
    """Return a reader's running sessions, the newest first."""
    mine = and_(session.c.reader_id == reader_id, session.c.expires_at > now)
    return list(
        connection.execute(select(session).where(mine).order_by(session.c.created_at.desc(), session.c.id.desc()))
    )


def end_session(connection: Connection, token_hash: str) -> None:
    """Delete the session with this token."""
    connection.execute(delete(session).where(session.c.token_hash == token_hash))


def end_sessions(connection: Connection, reader_id: int) -> int:
    """Delete all sessions of a reader, and return how many."""
    return connection.execute(delete(session).where(session.c.reader_id == reader_id)).rowcount


def forget_sessions(connection: Connection, now: datetime) -> int:
    """Delete sessions that are over, and return how many."""
    return connection.execute(delete(session).where(session.c.expires_at <= now)).rowcount


def add_token(connection: Connection, values: Mapping[str, object]) -> int:
    """Insert a token and return its number."""
    return int(connection.execute(insert(api_token).values(**values).returning(api_token.c.id)).scalar_one())


def tokens(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return a reader's tokens, the newest first."""
    asked = select(api_token).where(api_token.c.reader_id == reader_id)
    return list(connection.execute(asked.order_by(api_token.c.id.desc())))


def count_tokens(connection: Connection, reader_id: int) -> int:
    """Return how many tokens a reader has."""
    asked = select(func.count()).select_from(api_token).where(api_token.c.reader_id == reader_id)
    return int(connection.execute(asked).scalar_one())


def token(connection: Connection, token_hash: str) -> Row[Any] | None:
    """Return a token by its hash."""
    return connection.execute(select(api_token).where(api_token.c.token_hash == token_hash)).one_or_none()


def mark_used(connection: Connection, token_id: int, now: datetime) -> None:
    """Note when a token was used."""
    connection.execute(update(api_token).where(api_token.c.id == token_id).values(used_at=now))


def delete_token(connection: Connection, reader_id: int, token_id: int) -> bool:
    """Delete one of a reader's tokens; tells whether there was one."""
    mine = and_(api_token.c.id == token_id, api_token.c.reader_id == reader_id)
    return connection.execute(delete(api_token).where(mine)).rowcount > 0


def take_allowance(connection: Connection, key: str, now: datetime, window_start: datetime) -> tuple[datetime, int]:
    """Count one more under `key`; return when its window began and how often it was used, this time included."""
    made = _insert(connection, allowance)
    first = made.values(key=key, began_at=now, used=1)
    over = allowance.c.began_at <= window_start
    statement = first.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "began_at": case((over, literal(now, Moment())), else_=allowance.c.began_at),
            "used": case((over, 1), else_=allowance.c.used + 1),
        },
    ).returning(allowance.c.began_at, allowance.c.used)
    began, used = connection.execute(statement).one()
    return began, used


def forget_allowances(connection: Connection, before: datetime) -> int:
    """Delete counts whose windows began before, and return how many."""
    return connection.execute(delete(allowance).where(allowance.c.began_at < before)).rowcount


def sign_in_by_message(connection: Connection, message_id: str) -> Row[Any] | None:
    """Return the sign-in of a letter; a day's worth is kept."""
    return connection.execute(select(sign_in).where(sign_in.c.message_id == message_id).limit(1)).one_or_none()


def hand_back_letters(connection: Connection, claimed_before: datetime) -> None:
    """Queue again the letters that a run which is no more had taken."""
    lost = and_(sign_in.c.state == SENDING, sign_in.c.due_at < claimed_before)
    connection.execute(update(sign_in).where(lost).values(state=QUEUED))


def _open(token_hash: str, now: datetime) -> ColumnElement[bool]:
    given = or_(sign_in.c.state == SENT, sign_in.c.state == SENDING)  # it may be read before the server's reply is
    return and_(sign_in.c.token_hash == token_hash, sign_in.c.used_at.is_(None), sign_in.c.expires_at > now, given)


def _insert(connection: Connection, table: Table) -> Any:
    """Return the insert of the database in use: both know what to do on conflict, each by a class of its own."""
    return {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[connection.dialect.name](table)


def reader_of_identity(connection: Connection, issuer: str, subject: str) -> Row[Any] | None:
    """Return the reader whom a provider means by a subject."""
    meant = and_(openid_identity.c.issuer == issuer, openid_identity.c.subject == subject)
    asked = select(reader).join(openid_identity, openid_identity.c.reader_id == reader.c.id).where(meant)
    return connection.execute(asked).one_or_none()


def link_identity(connection: Connection, issuer: str, subject: str, reader_id: int, now: datetime) -> None:
    """Let a provider's subject be a reader; one that is known already stays whose it is."""
    made = _insert(connection, openid_identity)
    row = made.values(issuer=issuer, subject=subject, reader_id=reader_id, linked_at=now)
    connection.execute(row.on_conflict_do_nothing(index_elements=["issuer", "subject"]))


def is_barred(connection: Connection, address_key: str) -> bool:
    """Tell whether an address is barred."""
    return connection.execute(select(ban.c.address_key).where(ban.c.address_key == address_key)).first() is not None


def add_ban(connection: Connection, values: Mapping[str, object]) -> bool:
    """Bar an address; tells whether it was not."""
    once = _insert(connection, ban).values(**values).on_conflict_do_nothing(index_elements=["address_key"])
    return connection.execute(once.returning(ban.c.address_key)).first() is not None


def delete_ban(connection: Connection, reader_id: int) -> bool:
    """Lift the ban of a reader; tells whether there was one."""
    return connection.execute(delete(ban).where(ban.c.reader_id == reader_id)).rowcount > 0


def bans(connection: Connection) -> list[Row[Any]]:
    """Return every ban with the reader's name, None for one who has left, the newest first."""
    joined = ban.outerjoin(reader, reader.c.id == ban.c.reader_id)
    asked = select(ban.c.reader_id, ban.c.banned_at, ban.c.reason, reader.c.name).select_from(joined)
    return list(connection.execute(asked.order_by(ban.c.banned_at.desc(), ban.c.reader_id)))


def delete_tokens(connection: Connection, reader_id: int) -> None:
    """Delete all tokens of a reader."""
    connection.execute(delete(api_token).where(api_token.c.reader_id == reader_id))


def add_audit(connection: Connection, values: Mapping[str, object]) -> None:
    """Insert what was done by authority."""
    connection.execute(insert(audit_entry).values(**values))


def audit(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return the newest entries with their doers' names, None for one who has left."""
    joined = audit_entry.outerjoin(reader, reader.c.id == audit_entry.c.actor_id)
    asked = select(audit_entry, reader.c.name).select_from(joined)
    return list(connection.execute(asked.order_by(audit_entry.c.id.desc()).limit(limit)))


def _barred(address_key: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(ban.c.address_key == address_key)


def identities(connection: Connection, reader_id: int) -> list[Row[Any]]:
    """Return (issuer, subject, linked_at) of a reader."""
    return list(connection.execute(select(openid_identity).where(openid_identity.c.reader_id == reader_id)))


def visit(connection: Connection, reader_id: int) -> Row[Any] | None:
    """Return (last_at, before_at) of a reader's visits; None before the first."""
    asked = select(reader_visit.c.last_at, reader_visit.c.before_at).where(reader_visit.c.reader_id == reader_id)
    return connection.execute(asked).one_or_none()


def set_visit(connection: Connection, reader_id: int, last_at: datetime, before_at: datetime | None) -> None:
    """Write a reader's visits, where the reader is there still."""
    if connection.execute(select(reader.c.id).where(reader.c.id == reader_id)).first() is None:
        return
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(reader_visit)
    values = {"last_at": last_at, "before_at": before_at}
    row = made.values(reader_id=reader_id, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["reader_id"], set_=values))
