"""Subscriptions, what they hold, and the mails that went out for them."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, paper_id, table

SECTIONS = "picks,trending,new,topics,searches,authors,categories"  # of before there were sections to choose

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
    Column("weekday", Integer, nullable=False, server_default="0"),  # of the weekly ones: 0 is Monday
    Column("sections", String(120), nullable=False, server_default=SECTIONS),  # in the reader's order
    Column("beside", Boolean, nullable=False, server_default=false()),  # what is followed comes beside `size`
    Column("even_empty", Boolean, nullable=False, server_default=false()),  # a mail without papers says why
    Column("locale", String(16), nullable=False, server_default="en"),  # of dates
    Column("paused_from", Date),  # the first day of a pause; none: it has begun
    Column("paused_until", Date),  # editions before that day bring no digest
    Column("created_at", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),  # when the newest confirmation mail was asked for
    Column("confirmed_at", Moment),
    Column("ended_at", Moment),
    UniqueConstraint("address_key"),
    Index("ix_subscription_state", "state"),
)

# What a subscription follows, once its owner has confirmed it: a search, a topic, an author or a category. Which of
# them is meant stands in the question itself: see digests.interests.
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

# A subscription that an account has taken in beside those of its own address.
owned_subscription = table(
    "owned_subscription",
    Column("subscription_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("since", Moment, nullable=False),
    Index("ix_owned_subscription_reader_id", "reader_id"),
)

# A subscription that is to go to another address, once both mailboxes have said so.
address_move = table(
    "address_move",
    Column("subscription_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "to_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False
    ),  # stands for the new address
    Column("asked_at", Moment, nullable=False),
    Column("agreed_at", Moment),  # when the old mailbox said so
    Column("confirmed_at", Moment),  # when the new one did
    Index("ix_address_move_to_id", "to_id"),
)

# What a subscription never wants to see: words, authors, categories, in their normal forms.
mute = table(
    "mute",
    Column("subscription_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(8), primary_key=True),  # word, author, category
    Column("value", String(200), primary_key=True),
    sqlite_with_rowid=False,
)

# Papers that a subscription never wants to see; when one proves to be another, the mute follows it.
muted_paper = table(
    "muted_paper",
    Column("subscription_id", Id, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True),
    paper_id(primary_key=True),
    Index("ix_muted_paper_paper_id", "paper_id"),
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
