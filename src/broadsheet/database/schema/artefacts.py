"""What can be reused of a paper, and what its hosts said when they were asked."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Text

from broadsheet.database.column_types import Moment
from broadsheet.database.schema.declaring import paper_id, table

artefact = table(
    "artefact",
    paper_id(primary_key=True),
    Column("url", String(2048), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("licence", String(64)),
    Column("stars", Integer),
    Column("seen_alive_at", Moment),
    Column("found_in", String(32), nullable=False),
    Column("official", Boolean),  # the authors' own, another's, or not known
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_artefact_url", "url"),
)

# What was found where an artefact should stand; kept by its address, as several papers may name one.
artefact_check = table(
    "artefact_check",
    Column("url", String(2048), primary_key=True),
    Column("host", String(255), nullable=False),  # whose budget it counts against
    Column("state", String(8), nullable=False),  # alive, dead, unsure
    Column("said", Text, nullable=False),  # what happened, in words
    Column("checked_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("seen_alive_at", Moment),
    Column("dead_since", Moment),
    Column("failures", Integer, nullable=False),  # in a row
    Column("moved_to", String(2048), nullable=False),
    Column("etag", String(255), nullable=False),
    Column("licence", String(64)),
    Column("stars", Integer),
    Column("facts", Text, nullable=False),  # JSON: what the host says of it, see reuse.facts
    Index("ix_artefact_check_due_at", "due_at"),
    Index("ix_artefact_check_host_checked_at", "host", "checked_at"),
)

# Hosts that asked to be left alone for a while.
host_pause = table("host_pause", Column("host", String(255), primary_key=True), Column("until", Moment, nullable=False))
