"""Every table, once, for SQLite and PostgreSQL alike; the SQL that uses them stands in each package's `store.py`.

How moments and long texts are kept is `column_types`'. A change here needs a migration beside it: a test wants no
difference between this and the replayed migrations.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from broadsheet.database.column_types import Moment, Packed

# SQLite gives rowids only to a column that is INTEGER to the letter.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Any, **options: Any) -> Table:
    return Table(name, metadata, *parts, **options)


def _paper_id(**options: Any) -> Column[int]:
    return Column("paper_id", Id, ForeignKey("paper.id", ondelete="CASCADE"), nullable=False, **options)


# One row: the number of the last change of any paper. Taking numbers locks it, so numbers commit in their order.
change_counter = _table(
    "change_counter", Column("id", Integer, primary_key=True), Column("last", BigInteger, nullable=False)
)

# Facts about the instance itself, such as when it was first started.
instance = _table("instance", Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

paper = _table(
    "paper",
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("authors", Text, nullable=False),  # JSON list of names, in order
    Column("published", Date),
    Column("date_precision", String(8), nullable=False),
    Column("categories", Text, nullable=False),  # JSON list
    Column("sources", Text, nullable=False),  # JSON list
    Column("links", Text, nullable=False),  # JSON list
    Column("venue", Text, nullable=False),
    Column("comments", Text, nullable=False),
    Column("licence", String(200), nullable=False, server_default=""),  # as its source names it: SPDX, address or words
    Column("withdrawn", Boolean, nullable=False),
    Column("summary", Boolean, nullable=False),  # the abstract is a sentence of our own about the paper
    Column("first_seen_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("change", BigInteger, nullable=False),
    Index("ix_paper_change", "change", unique=True),
    Index("ix_paper_published", "published"),
    Index("ix_paper_first_seen_at", "first_seen_at"),
)

# Papers that ceased to be, because they were merged: whoever derives from papers must drop them.
departed = _table(
    "departed",
    Column("paper_id", Id, primary_key=True),
    Column("into_id", Id),
    Column("change", BigInteger, nullable=False),
    Index("ix_departed_change", "change"),
)

# What went over to another paper when one departed: enough to give it back, should an editor part them again.
handed_over = _table(
    "handed_over",
    Column("departed_id", Id, ForeignKey("departed.paper_id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("table_name", String(64), nullable=False),
    Column("kept", Boolean, nullable=False),  # false: the other paper had its like, and this row was dropped
    Column("row", Text, nullable=False),  # JSON: the primary key of a row that was kept, all of one that was dropped
)

identifier = _table(
    "identifier",
    Column("scheme", String(16), primary_key=True),
    Column("value", String(255), primary_key=True),
    _paper_id(),
    Column("place", Integer, nullable=False),  # 0 is the one that names the paper
    Index("ix_identifier_paper_id", "paper_id"),
)

version = _table(
    "version",
    _paper_id(primary_key=True),
    Column("scheme", String(16), primary_key=True),
    Column("value", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("published", Date),
)

source_record = _table(
    "source_record",
    Column("id", Id, primary_key=True),
    Column("source", String(32), nullable=False),
    Column("key", String(255), nullable=False),
    _paper_id(),
    Column("digest", String(32), nullable=False),  # of the parsed record: unchanged records are recognised by it
    Column("record", Packed, nullable=False),  # the parsed record as JSON: merging is redone from it
    Column("payload", Packed, nullable=False),  # the source's own words, verbatim
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_source_record_paper_id", "paper_id"),
)

# Under what a record is looked for when another may tell of the same work: see papers.blocking.
record_key = _table(
    "record_key",
    Column("key", BigInteger, primary_key=True),
    Column("record_id", Id, ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_record_key_record_id", "record_id"),
    sqlite_with_rowid=False,
)

# What a record said before it said something else.
wording = _table(
    "wording",
    Column("record_id", Id, ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True),
    Column("received_at", Moment, primary_key=True),
    Column("record", Packed, nullable=False),
)

# What an editor decided of two records; a record is named as its source names it, so that it holds for good.
ruling = _table(
    "ruling",
    Column("source", String(32), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("other_source", String(32), primary_key=True),
    Column("other_key", String(255), primary_key=True),
    Column("apart", Boolean, nullable=False),  # false: they are one work
    Column("made_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_ruling_other_key", "other_key"),
)

# Under what an abstract is looked for when another may repeat it: see papers.duplicates.
abstract_band = _table(
    "abstract_band",
    Column("band", BigInteger, primary_key=True),
    _paper_id(primary_key=True),
    Index("ix_abstract_band_paper_id", "paper_id"),
    sqlite_with_rowid=False,
)

# Two papers whose abstracts are alike, for an editor to look at.
duplicate = _table(
    "duplicate",
    _paper_id(primary_key=True),  # the smaller of the two numbers
    Column("other_id", Id, ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    Column("overlap", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("settled_at", Moment),  # when an editor said that it is all right
    Index("ix_duplicate_other_id", "other_id"),
)

artefact = _table(
    "artefact",
    _paper_id(primary_key=True),
    Column("url", String(2048), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("licence", String(64)),
    Column("stars", Integer),
    Column("seen_alive_at", Moment),
    Column("found_in", String(32), nullable=False),
    Column("official", Boolean),  # the authors' own, another's, or not known
    Column("reason", Text, nullable=False, server_default=""),
)

# What was found where an artefact should stand; kept by its address, as several papers may name one.
artefact_check = _table(
    "artefact_check",
    Column("url", String(2048), primary_key=True),
    Column("host", String(255), nullable=False),  # whose budget it counts against
    Column("state", String(8), nullable=False),  # alive, dead, unsure
    Column("said", Text, nullable=False),  # what happened, in words
    Column("checked_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("seen_alive_at", Moment),
    Column("dead_since", Moment),
    Column("failures", Integer, nullable=False),  # in a row
    Column("moved_to", String(2048), nullable=False),
    Column("etag", String(255), nullable=False),
    Column("licence", String(64)),
    Column("stars", Integer),
    Column("facts", Text, nullable=False),  # JSON: what the host says of it, see reuse.facts
    Index("ix_artefact_check_due_at", "due_at"),
    Index("ix_artefact_check_host_checked_at", "host", "checked_at"),
)

# Hosts that asked to be left alone for a while.
host_pause = _table(
    "host_pause", Column("host", String(255), primary_key=True), Column("until", Moment, nullable=False)
)

signal = _table(
    "signal",
    _paper_id(primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("observed_at", Moment, primary_key=True),
    Column("value", Float, nullable=False),
    Column("began_at", Moment),
    Index("ix_signal_observed_at", "observed_at"),
)

trending_score = _table(
    "trending_score",
    _paper_id(primary_key=True),
    Column("horizon", String(8), primary_key=True),  # day, week, month
    Column("score", Float, nullable=False),
    Column("parts", Text, nullable=False),  # JSON list; adds up to the score
    Column("computed_at", Moment, nullable=False),
    Index("ix_trending_score_horizon_score", "horizon", "score"),
)

lease = _table(
    "lease",
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
)

# Where a source's harvest stands: a cursor survives a crash, so that a harvest goes on where it was.
harvest = _table(
    "harvest",
    Column("source", String(32), primary_key=True),
    Column("cursor", Text, nullable=False),  # JSON, the adapter's own
    Column("started_at", Moment),
    Column("succeeded_at", Moment),
    Column("failed_at", Moment),
    Column("error", Text, nullable=False),
    Column("next_due_at", Moment),
    Column("added", Integer, nullable=False),  # counts of the newest run
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("withdrawn", Integer, nullable=False),
    Column("running", Boolean, nullable=False),
    Column("news_at", Moment),  # when a run last brought something new or changed
)

# Harvests of the past, by ranges of days: each with a cursor of its own, so that the daily one is not disturbed.
backfill = _table(
    "backfill",
    Column("source", String(32), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("until", Date, primary_key=True),
    Column("cursor", Text, nullable=False),  # JSON, the adapter's own
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),  # None until every day of the range is in
    Column("error", Text, nullable=False),
    Column("added", Integer, nullable=False),  # counts of all its runs together
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("withdrawn", Integer, nullable=False),
)

edition = _table(
    "edition",
    Column("id", Id, primary_key=True),
    Column("period", String(8), nullable=False),  # day, week, month
    Column("starts_on", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("new_papers", Integer, nullable=False),
    Column("notice", Text, nullable=False),
    UniqueConstraint("period", "starts_on"),
)

edition_place = _table(
    "edition_place",
    Column("edition_id", Id, ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    Column("section", String(16), primary_key=True),  # lead, picks, trending, new
    Column("place", Integer, primary_key=True),
    _paper_id(),
    Column("score", Float),
    Column("reason", Text, nullable=False),
    Column("parts", Text, nullable=False),  # JSON list of what adds up to the score
    Column("blurb", Text, nullable=False),
    Index("ix_edition_place_paper_id", "paper_id"),
)

subscription = _table(
    "subscription",
    Column("id", Id, primary_key=True),
    Column("address", String(320), nullable=False),  # as written, for sending
    Column("address_key", String(64), nullable=False),  # keyed hash of the normalised address
    Column("state", String(16), nullable=False),  # pending, confirmed, paused, ended
    Column("token_key", String(64), nullable=False),  # what manage and unsubscribe links are signed with
    Column("size", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("days", String(16), nullable=False),  # daily, weekdays, weekly, monthly
    Column("edition", Boolean, nullable=False, server_default=true()),  # false: saved searches alone
    Column("paused_until", Date),  # editions before that day bring no digest
    Column("created_at", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),  # when the newest confirmation mail was asked for
    Column("confirmed_at", Moment),
    Column("ended_at", Moment),
    UniqueConstraint("address_key"),
    Index("ix_subscription_state", "state"),
)

# A question whose new papers come with a subscription's digests, once its owner has confirmed it.
saved_search = _table(
    "saved_search",
    Column("id", Id, primary_key=True),
    Column("subscription_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("question", String(2000), nullable=False),  # canonical, as the address of the search has it
    Column("title", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    UniqueConstraint("subscription_id", "question"),
)

delivery = _table(
    "delivery",
    Column("id", Id, primary_key=True),
    Column("subscription_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("edition_id", Id, ForeignKey("edition.id", ondelete="CASCADE")),
    Column("kind", String(16), nullable=False),  # confirm, digest
    Column("occasion", String(64), nullable=False),  # what makes it one of a kind: edition:12, confirm:<time>
    Column("state", String(16), nullable=False),  # see digests.deliveries
    Column("message_id", String(255), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("note", Text, nullable=False),
    UniqueConstraint("subscription_id", "kind", "occasion"),
    Index("ix_delivery_state_due_at", "state", "due_at"),
)

delivery_paper = _table(
    "delivery_paper",
    Column("delivery_id", Id, ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    _paper_id(primary_key=True),
    Column("place", Integer, nullable=False),
    Column("find_id", Id),  # the `search_find` that brought it; None: the edition did
)

# Which question found a paper and why: written once a run for all who saved the question, dropped after weeks.
search_find = _table(
    "search_find",
    Column("id", Id, primary_key=True),
    Column("question", String(2000), nullable=False),
    _paper_id(),
    Column("reason", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Index("ix_search_find_paper_id", "paper_id"),
    Index("ix_search_find_found_at", "found_at"),
)

suppression = _table(
    "suppression",
    Column("address_key", String(64), primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("since", Moment, nullable=False),
)

reader = _table(
    "reader",
    Column("id", Id, primary_key=True),
    Column("address", String(320), nullable=False),  # empty: the one reader of a single-user instance
    Column("address_key", String(64), nullable=False),  # keyed hash of the normalised address
    Column("name", String(64), nullable=False),  # what others see; empty until the reader chose one
    Column("role", String(16), nullable=False),  # reader, editor, admin
    Column("created_at", Moment, nullable=False),
    Column("signed_in_at", Moment),
    UniqueConstraint("address_key"),
    sqlite_autoincrement=True,  # a number is never given twice: what still names a reader who left names nobody
)

# A wish to sign in, and the one letter that grants it.
sign_in = _table(
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

session = _table(
    "session",
    Column("id", Id, primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    UniqueConstraint("token_hash"),
    Index("ix_session_reader_id", "reader_id"),
)

api_token = _table(
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

# How often something was asked in the running window; `key` is a keyed hash of what and by whom.
allowance = _table(
    "allowance",
    Column("key", String(64), primary_key=True),
    Column("began_at", Moment, nullable=False),
    Column("used", Integer, nullable=False),
    Index("ix_allowance_began_at", "began_at"),
)

# A reader's vote for a paper: that there is one is all that is kept of it, so none can count twice.
vote = _table(
    "vote",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    _paper_id(primary_key=True),
    Column("voted_at", Moment, nullable=False),
    Index("ix_vote_paper_id", "paper_id"),
)

# Which reader an OpenID provider means by a subject: an address may change hands there, a subject never does.
openid_identity = _table(
    "openid_identity",
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Index("ix_openid_identity_reader_id", "reader_id"),
)
