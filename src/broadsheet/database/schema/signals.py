"""What was counted of papers, and the scores made of it."""

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, String, Text

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, paper_id, table

signal = table(
    "signal",
    paper_id(primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("observed_at", Moment, primary_key=True),
    Column("value", Float, nullable=False),
    Column("began_at", Moment),
    Index("ix_signal_observed_at", "observed_at"),
)

# Papers of which something was observed that trending has not looked at yet, and how many times: whoever looks
# takes a row away only if nothing was added to it meanwhile.
unweighed = table(
    "unweighed", Column("paper_id", Id, primary_key=True, autoincrement=False), Column("times", Integer, nullable=False)
)

# What trending keeps of a paper between two ticks. All of it is made of the tables above, and made anew where lost;
# so no key leads to the paper, and a merge leaves it alone. Moments are seconds since 1970, ages hours.
trending_candidate = table(
    "trending_candidate",
    Column("paper_id", Id, primary_key=True, autoincrement=False),
    Column("joined", Float, nullable=False),
    Column("started", Float, nullable=False),
    Column("stars", Float),
    Column("citations", Float),
    Column("categories", Text, nullable=False),  # one a line
    Column("source", Text, nullable=False),
    Index("ix_trending_candidate_joined", "joined"),
)
trending_reading = table(
    "trending_reading",
    Column("paper_id", Id, primary_key=True, autoincrement=False),
    Column("kind", String(32), primary_key=True),
    Column("start", Float, nullable=False),
    Column("read", Float, nullable=False),
    Column("count", Float, nullable=False),
    Column("age", Float, nullable=False),
    Column("count_before", Float, nullable=False),
    Column("age_before", Float, nullable=False),
    Index("ix_trending_reading_kind_read", "kind", "read"),
)

# The first places of each page as it was last computed, and of how many candidates; the topic is empty for all papers.
trending_page = table(
    "trending_page",
    Column("window", String(8), primary_key=True),  # day, week, month
    Column("past", Boolean, primary_key=True),
    Column("topic", String(64), primary_key=True),
    Column("papers", Text, nullable=False),  # JSON list of their numbers, in order
    Column("candidates", Integer, nullable=False),
)

# What an operator made of the formula's weights; the newest line is in force, and an empty one means the published.
trending_weighing = table(
    "trending_weighing",
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("weights", Text, nullable=False),  # JSON by name
)

# How often a paper was seen in a place of a page on a day, so that merit can be told from exposure. No people.
exposure = table(
    "exposure",
    Column("day", Date, primary_key=True),
    Column("page", String(96), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    paper_id(primary_key=True),
    Column("seen", Integer, nullable=False),
    Index("ix_exposure_paper_id", "paper_id"),
)
