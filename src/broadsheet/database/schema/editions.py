"""Editions and the places of papers in them."""

from sqlalchemy import Column, Date, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, paper_id, table

edition = table(
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

edition_place = table(
    "edition_place",
    Column("edition_id", Id, ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    Column("section", String(16), primary_key=True),  # lead, picks, trending, new
    Column("place", Integer, primary_key=True),
    paper_id(),
    Column("score", Float),
    Column("reason", Text, nullable=False),
    Column("parts", Text, nullable=False),  # JSON list of what adds up to the score
    Column("blurb", Text, nullable=False),
    Index("ix_edition_place_paper_id", "paper_id"),
)
