"""Editions: published pages with the places of papers in them and their corrections, and drafts of pages to come."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)

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
    Column("kicker", String(64), nullable=False, server_default=""),  # an editor's words above the title
    Column("chosen", Boolean, nullable=False, server_default=false()),  # by an editor, not by a ranking
    Index("ix_edition_place_paper_id", "paper_id"),
)

# What was found wrong on a page that is out: the page stays as it was, and this stands beside it.
edition_correction = table(
    "edition_correction",
    Column("id", Id, primary_key=True),
    Column("edition_id", Id, ForeignKey("edition.id", ondelete="CASCADE"), nullable=False),
    Column("paper_id", Id, ForeignKey("paper.id", ondelete="CASCADE")),  # None: of the page as a whole
    Column("note", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Id, ForeignKey("reader.id", ondelete="SET NULL")),
    Index("ix_edition_correction_edition_id", "edition_id"),
    Index("ix_edition_correction_paper_id", "paper_id"),
)

# What editors prepare of a page that is not out; `revision` grows with every change, so that none overwrites another.
edition_draft = table(
    "edition_draft",
    Column("period", String(8), primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("goes_out", String(5), nullable=False),  # HH:MM in the instance's zone; empty: the instance's hour
    Column("approved", Boolean, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("saved_by", Id, ForeignKey("reader.id", ondelete="SET NULL")),
)

edition_draft_pick = table(
    "edition_draft_pick",
    Column("period", String(8), primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("place", Integer, primary_key=True),  # 1 is the lead
    paper_id(),
    Column("kicker", String(64), nullable=False),
    Column("blurb", Text, nullable=False),
    ForeignKeyConstraint(
        ["period", "starts_on"], ["edition_draft.period", "edition_draft.starts_on"], ondelete="CASCADE"
    ),
    Index("ix_edition_draft_pick_paper_id", "paper_id"),
)
