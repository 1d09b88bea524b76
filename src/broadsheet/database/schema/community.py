"""What readers say of papers."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Text

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

# A reader's vote for a comment, kept as one for a paper is.
comment_vote = table(
    "comment_vote",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    Column("comment_id", Id, ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True),
    Column("voted_at", Moment, nullable=False),
    Index("ix_comment_vote_comment_id", "comment_id"),
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

# Somebody should look at a comment, or where there is none at a paper; settled when an editor did.
report = table(
    "report",
    Column("id", Id, primary_key=True),
    paper_id(),
    Column("comment_id", Id, ForeignKey("comment.id", ondelete="CASCADE")),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("reason", String(16), nullable=False),  # see community.reports
    Column("note", Text, nullable=False),
    Column("reported_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Index("ix_report_paper_id", "paper_id"),
    Index("ix_report_comment_id", "comment_id"),
    Index("ix_report_reader_id", "reader_id"),
    Index("ix_report_settled_at", "settled_at"),
)

# Whose comments a reader does not want to see.
muted_reader = table(
    "muted_reader",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    Column("muted_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    Column("muted_at", Moment, nullable=False),
    Index("ix_muted_reader_muted_id", "muted_id"),
)

# Who says to be an author of a paper; it counts once it is verified.
claim = table(
    "claim",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    paper_id(primary_key=True),
    Column("note", Text, nullable=False),  # what an editor may go by
    Column("asked_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, verified, refused
    Column("how", String(16), nullable=False),  # orcid, mail, editor; empty while it waits
    Index("ix_claim_paper_id", "paper_id"),
    Index("ix_claim_state", "state"),
)
