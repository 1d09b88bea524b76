"""Tables of mail in general: who must not be written to and who decided so, what came back, and how mails fare."""

from sqlalchemy import Column, Date, Float, Index, Integer, String, Text

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, table

suppression = table(
    "suppression",
    Column("address_key", String(64), primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("since", Moment, nullable=False),
)

# Who was put on the list and taken off it, when and by whom: nothing here is ever changed.
suppression_event = table(
    "suppression_event",
    Column("id", Id, primary_key=True),
    Column("address_key", String(64), nullable=False),
    Column("event", String(16), nullable=False),  # added, lifted
    Column("reason", String(32), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(64), nullable=False),  # empty: the instance itself
    Index("ix_suppression_event_address_key", "address_key"),
    Index("ix_suppression_event_at", "at"),
)

# What came back to which mail, so that a report that is read twice counts once; dropped after months.
mail_return = table(
    "mail_return",
    Column("mail_id", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("at", Moment, nullable=False),
    Index("ix_mail_return_at", "at"),
)

# Failures that may be over tomorrow, as points that fade; see mail.standing.
mail_trouble = table(
    "mail_trouble",
    Column("address_key", String(64), primary_key=True),
    Column("points", Float, nullable=False),  # at the moment `at`
    Column("at", Moment, nullable=False),
)

# How many mails to a receiver met which end on a day (UTC); dropped after months.
mail_tally = table(
    "mail_tally",
    Column("day", Date, primary_key=True),
    Column("domain", String(255), primary_key=True),  # empty: of one whose address was forgotten meanwhile
    Column("event", String(16), primary_key=True),  # see mail.tally
    Column("number", Integer, nullable=False),
)

# When digests were held back because receivers would take it ill, until an operator let them go on.
mail_pause = table(
    "mail_pause",
    Column("id", Id, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("words", Text, nullable=False),
    Column("lifted_at", Moment),
    Column("lifted_by", String(64)),
)
