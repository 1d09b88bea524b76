"""The papers, the records that tell of them, and how records came to be one work."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)

from broadsheet.database.column_types import Moment, Packed
from broadsheet.database.schema.declaring import Id, paper_id, table

# Row 1: the number of the last change of any paper. Taking numbers locks it, so numbers commit in their order.
# Row 2: the version of what anybody may see, raised by every transaction that changes it (`database.seen`).
# Row 3: the same of what only pages of the papers concerned show; each paper's last such number stands in paper_change.
change_counter = table(
    "change_counter", Column("id", Integer, primary_key=True), Column("last", BigInteger, nullable=False)
)

paper_change = table(
    "paper_change",
    Column("paper_id", Id, primary_key=True),  # a number that may outlive its paper
    Column("last", BigInteger, nullable=False),
)

paper = table(
    "paper",
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("authors", Text, nullable=False),  # JSON list of names, in order
    Column("published", Date),
    Column("date_precision", String(8), nullable=False),
    Column("categories", Text, nullable=False),  # JSON list
    Column("sources", Text, nullable=False),  # JSON list
    Column("links", Text, nullable=False),  # JSON list
    Column("venue", Text, nullable=False),
    Column("comments", Text, nullable=False),
    Column("licence", String(200), nullable=False, server_default=""),  # as its source names it: SPDX, address or words
    Column("withdrawn", Boolean, nullable=False),
    Column("summary", Boolean, nullable=False),  # the abstract is a sentence of our own about the paper
    Column("first_seen_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("change", BigInteger, nullable=False),
    Index("ix_paper_change", "change", unique=True),
    Index("ix_paper_published", "published"),
    Index("ix_paper_first_seen_at", "first_seen_at"),
)

# Papers that ceased to be, because they were merged: whoever derives from papers must drop them.
departed = table(
    "departed",
    Column("paper_id", Id, primary_key=True),
    Column("into_id", Id),
    Column("change", BigInteger, nullable=False),
    Index("ix_departed_change", "change"),
)

# What went over to another paper when one departed: enough to give it back, should an editor part them again.
handed_over = table(
    "handed_over",
    Column("departed_id", Id, ForeignKey("departed.paper_id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("table_name", String(64), nullable=False),
    Column("kept", Boolean, nullable=False),  # false: the other paper had its like, and this row was dropped
    Column("row", Text, nullable=False),  # JSON: the primary key of a row that was kept, all of one that was dropped
)

identifier = table(
    "identifier",
    Column("scheme", String(16), primary_key=True),
    Column("value", String(255), primary_key=True),
    paper_id(),
    Column("place", Integer, nullable=False),  # 0 is the one that names the paper
    Index("ix_identifier_paper_id", "paper_id"),
)

version = table(
    "version",
    paper_id(primary_key=True),
    Column("scheme", String(16), primary_key=True),
    Column("value", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("published", Date),
)

source_record = table(
    "source_record",
    Column("id", Id, primary_key=True),
    Column("source", String(32), nullable=False),
    Column("key", String(255), nullable=False),
    paper_id(),
    Column("digest", String(32), nullable=False),  # of the parsed record: unchanged records are recognised by it
    Column("record", Packed, nullable=False),  # the parsed record as JSON: merging is redone from it
    Column("payload", Packed, nullable=False),  # the source's own words, verbatim
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_source_record_paper_id", "paper_id"),
)

# Under what a record is looked for when another may tell of the same work: see papers.blocking.
record_key = table(
    "record_key",
    Column("key", BigInteger, primary_key=True),
    Column("record_id", Id, ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True),
    Column("trace", BigInteger, nullable=False, server_default=text("0")),  # see papers.traces
    Index("ix_record_key_record_id", "record_id"),
    sqlite_with_rowid=False,
)

# What a record said before it said something else.
wording = table(
    "wording",
    Column("record_id", Id, ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True),
    Column("received_at", Moment, primary_key=True),
    Column("record", Packed, nullable=False),
)

# What an editor decided of two records; a record is named as its source names it, so that it holds for good.
ruling = table(
    "ruling",
    Column("source", String(32), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("other_source", String(32), primary_key=True),
    Column("other_key", String(255), primary_key=True),
    Column("apart", Boolean, nullable=False),  # false: they are one work
    Column("made_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_ruling_other_key", "other_key"),
)

# Under what an abstract is looked for when another may repeat it: see papers.duplicates.
abstract_band = table(
    "abstract_band",
    Column("band", BigInteger, primary_key=True),
    paper_id(primary_key=True),
    Index("ix_abstract_band_paper_id", "paper_id"),
    sqlite_with_rowid=False,
)

# Two papers whose abstracts are alike, for an editor to look at.
duplicate = table(
    "duplicate",
    paper_id(primary_key=True),  # the smaller of the two numbers
    Column("other_id", Id, ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    Column("overlap", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("settled_at", Moment),  # when an editor said that it is all right
    Index("ix_duplicate_other_id", "other_id"),
)

# Papers that an editor took off all pages; everything of them stays.
hidden_paper = table(
    "hidden_paper",
    paper_id(primary_key=True),
    Column("hidden_at", Moment, primary_key=True),  # of the key, so that it comes back when papers are parted
)
