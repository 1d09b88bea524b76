"""The instance itself: facts about it, its leases, and where its harvests stand."""

from sqlalchemy import Boolean, Column, Date, Integer, String, Text

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import table

# Facts about the instance itself, such as when it was first started.
instance = table("instance", Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

lease = table(
    "lease",
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
)

# Where a source's harvest stands: a cursor survives a crash, so that a harvest goes on where it was.
harvest = table(
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
backfill = table(
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
