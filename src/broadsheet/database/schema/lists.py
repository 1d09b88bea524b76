"""Lists of papers that readers save, and whether a reader wants a page that others see."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Text

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import Id, paper_id, table

# `key` is its address: whoever has it sees a list that is shared, so it is drawn by chance and anew when sharing ends.
reading_list = table(
    "reading_list",
    Column("id", Id, primary_key=True),
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(32), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("about", Text, nullable=False),
    Column("access", String(8), nullable=False),  # private, shared or public
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_reading_list_reader_id", "reader_id"),
)

# The key keeps a paper from standing twice in a list; `place` orders, and need not be without gaps.
listed_paper = table(
    "listed_paper",
    Column("list_id", Id, ForeignKey("reading_list.id", ondelete="CASCADE"), primary_key=True),
    paper_id(primary_key=True),
    Column("place", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Index("ix_listed_paper_paper_id", "paper_id"),
)

# A row for each reader whose page others may see; without one there is none.
open_page = table(
    "open_page",
    Column("reader_id", Id, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True),
    Column("votes", Boolean, nullable=False),  # whether votes are shown there, too
    Column("opened_at", Moment, nullable=False),
)
