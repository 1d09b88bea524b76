"""What readers say of papers."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Text

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

# The place of a comment in the talk on a paper. It outlives what was said there, so that replies keep their place.
comment = table(
    "comment",
    Column("id", Id, primary_key=True),
    paper_id(),
    Column("parent_id", Id, ForeignKey("comment.id", ondelete="SET NULL")),
    Column("written_at", Moment, nullable=False),
    Column("hidden_at", Moment),  # an editor took it off the page
    Index("ix_comment_paper_id", "paper_id"),
    Index("ix_comment_parent_id", "parent_id"),
    sqlite_autoincrement=True,  # an address of a comment that is gone must never lead to another
)

# What was said in a comment, and by whom: gone when its writer takes it back, or leaves.
comment_text = table(
    "comment_text",
    Column("comment_id", Id, ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("edited_at", Moment),
    Index("ix_comment_text_reader_id", "reader_id"),
)

# That a reader named a paper to be taken in; `is_new` where it was not here before.
submission = table(
    "submission",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    paper_id(primary_key=True),
    Column("submitted_at", Moment, nullable=False),
    Column("is_new", Boolean, nullable=False),
    Index("ix_submission_paper_id", "paper_id"),
    Index("ix_submission_submitted_at", "submitted_at"),
)
