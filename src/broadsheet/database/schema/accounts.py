"""Readers, how they sign in, and what they may ask how often."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Text, UniqueConstraint

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, table

reader = table(
    "reader",
    Column("id", Id, primary_key=True),
    Column("address", String(320), nullable=False),  # empty: the one reader of a single-user instance
    Column("address_key", String(64), nullable=False),  # keyed hash of the normalised address
    Column("name", String(64), nullable=False),  # what others see; empty until the reader chose one
    Column("name_look", String(255)),  # what the name looks like, whatever its letters; none for the nameless
    Column("role", String(16), nullable=False),  # reader, editor, admin
    Column("created_at", Moment, nullable=False),
    Column("signed_in_at", Moment),
    UniqueConstraint("address_key"),
    Index("ix_reader_name_look", "name_look", unique=True),
    sqlite_autoincrement=True,  # a number is never given twice: what still names a reader who left names nobody
)

# A wish to sign in, and the one letter that grants it.
sign_in = table(
    "sign_in",
    Column("id", Id, primary_key=True),
    Column("address", String(320), nullable=False),  # empty once it was used or is over
    Column("address_key", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # see accounts.sending
    Column("token_hash", String(64)),  # made when the letter leaves; the token itself is kept nowhere
    Column("back", Text, nullable=False),  # the page to lead back to
    Column("message_id", String(255), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("token_hash"),
    Index("ix_sign_in_state_due_at", "state", "due_at"),
    Index("ix_sign_in_address_key", "address_key"),
)

session = table(
    "session",
    Column("id", Id, primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    UniqueConstraint("token_hash"),
    Index("ix_session_reader_id", "reader_id"),
)

api_token = table(
    "api_token",
    Column("id", Id, primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("scope", String(8), nullable=False),  # read, write
    Column("token_hash", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),  # to the hour
    UniqueConstraint("token_hash"),
    Index("ix_api_token_reader_id", "reader_id"),
)

# When a reader was last here, and when before that; nothing else of a visit is kept.
reader_visit = table(
    "reader_visit",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    Column("last_at", Moment, nullable=False),  # moved on while the visit lasts
    Column("before_at", Moment),  # the end of the visit before, None at the first
)

# How often something was asked in the running window; `key` is a keyed hash of what and by whom.
allowance = table(
    "allowance",
    Column("key", String(64), primary_key=True),
    Column("began_at", Moment, nullable=False),
    Column("used", Integer, nullable=False),
    Index("ix_allowance_began_at", "began_at"),
)

# Which reader an OpenID provider means by a subject: an address may change hands there, a subject never does.
openid_identity = table(
    "openid_identity",
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Index("ix_openid_identity_reader_id", "reader_id"),
)

# Who may not sign in: by the address's keyed hash, since an account can be deleted and made again.
ban = table(
    "ban",
    Column("address_key", String(64), primary_key=True),
    Column("reader_id", Id, nullable=False),  # a number that nobody else gets, so it may outlive its reader
    Column("banned_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_ban_reader_id", "reader_id"),
)

# What was done by authority. Numbers alone: what they tell of may be gone; an actor's that is no reader's is below 1.
audit_entry = table(
    "audit_entry",
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor_id", Id, nullable=False),
    Column("action", String(16), nullable=False),
    Column("subject", String(16), nullable=False),  # comment, paper, reader, claim, edition
    Column("subject_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
)
