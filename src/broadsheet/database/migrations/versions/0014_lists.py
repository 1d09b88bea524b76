"""Readers' lists of papers, and pages of readers that others see."""

import sqlalchemy as sa
from alembic import op

revision = '0014_lists'
down_revision = '0013_trending'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "reading_list",
        sa.Column("id", _ID, nullable=False),
        sa.Column("reader_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("access", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name=op.f("fk_reading_list_reader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_list")),
        sa.UniqueConstraint("key", name=op.f("uq_reading_list_key")),
    )
    op.create_index("ix_reading_list_reader_id", "reading_list", ["reader_id"], unique=False)
    op.create_table(
        "listed_paper",
        sa.Column("list_id", _ID, nullable=False),
        sa.Column("paper_id", _ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["reading_list.id"], name=op.f("fk_listed_paper_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_listed_paper_paper_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("list_id", "paper_id", name=op.f("pk_listed_paper")),
    )
    op.create_index("ix_listed_paper_paper_id", "listed_paper", ["paper_id"], unique=False)
    op.create_table(
        "open_page",
        sa.Column("reader_id", _ID, nullable=False),
        sa.Column("votes", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_open_page_reader_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("reader_id", name=op.f("pk_open_page")),
    )


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
