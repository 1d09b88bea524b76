"""What readers say of papers."""

from sqlalchemy import Column, ForeignKey, Index

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, paper_id, table

# A reader's vote for a paper: that there is one is all that is kept of it, so none can count twice.
vote = table(
    "vote",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    paper_id(primary_key=True),
    Column("voted_at", Moment, nullable=False),
    Index("ix_vote_paper_id", "paper_id"),
)
