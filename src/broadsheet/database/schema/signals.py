"""What was counted of papers, and the scores made of it."""

from sqlalchemy import Column, Float, Index, String, Text

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import paper_id, table

signal = table(
    "signal",
    paper_id(primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("observed_at", Moment, primary_key=True),
    Column("value", Float, nullable=False),
    Column("began_at", Moment),
    Index("ix_signal_observed_at", "observed_at"),
)

trending_score = table(
    "trending_score",
    paper_id(primary_key=True),
    Column("horizon", String(8), primary_key=True),  # day, week, month
    Column("score", Float, nullable=False),
    Column("parts", Text, nullable=False),  # JSON list; adds up to the score
    Column("computed_at", Moment, nullable=False),
    Index("ix_trending_score_horizon_score", "horizon", "score"),
)
