"""Subscriptions, what they hold, and the mails that went out for them."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, true

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, paper_id, table

subscription = table(
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
saved_search = table(
    "saved_search",
    Column("id", Id, primary_key=True),
    Column("subscription_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("question", String(2000), nullable=False),  # canonical, as the address of the search has it
    Column("title", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    UniqueConstraint("subscription_id", "question"),
)

delivery = table(
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
    Index("ix_delivery_message_id", "message_id"),  # by which what comes back is told
)

delivery_paper = table(
    "delivery_paper",
    Column("delivery_id", Id, ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    paper_id(primary_key=True),
    Column("place", Integer, nullable=False),
    Column("find_id", Id),  # the `search_find` that brought it; None: the edition did
)

# Which question found a paper and why: written once a run for all who saved the question, dropped after weeks.
search_find = table(
    "search_find",
    Column("id", Id, primary_key=True),
    Column("question", String(2000), nullable=False),
    paper_id(),
    Column("reason", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Index("ix_search_find_paper_id", "paper_id"),
    Index("ix_search_find_found_at", "found_at"),
)
