"""Keys to find one work's records by, earlier wordings, editors' rulings, what went over, repeated abstracts."""

import sqlalchemy as sa
from alembic import op

revision = "0003_merging"
down_revision = "0002_harvests"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward; `papers remerge` fills the keys from the records, as a tick does by itself."""
    with op.batch_alter_table("source_record") as batch_op:
        batch_op.drop_index("ix_source_record_work_key")
        batch_op.drop_column("work_key")
    op.create_table(
        "record_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_record.id"], name=op.f("fk_record_key_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_record_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_record_key_record_id", "record_key", ["record_id"])
    op.create_table(
        "wording",
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_record.id"], name=op.f("fk_wording_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "received_at", name=op.f("pk_wording")),
    )
    op.create_table(
        "ruling",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("other_source", sa.String(length=32), nullable=False),
        sa.Column("other_key", sa.String(length=255), nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", "other_source", "other_key", name=op.f("pk_ruling")),
    )
    op.create_index("ix_ruling_other_key", "ruling", ["other_key"])
    op.create_table(
        "handed_over",
        sa.Column("departed_id", _ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["departed_id"], ["departed.paper_id"], name=op.f("fk_handed_over_departed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("departed_id", "place", name=op.f("pk_handed_over")),
    )
    _repeats()


def _repeats() -> None:
    op.create_table(
        "abstract_band",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("paper_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_abstract_band_paper_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("band", "paper_id", name=op.f("pk_abstract_band")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_abstract_band_paper_id", "abstract_band", ["paper_id"])
    op.create_table(
        "duplicate",
        sa.Column("paper_id", _ID, nullable=False),
        sa.Column("other_id", _ID, nullable=False),
        sa.Column("overlap", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found_at", sa.String(length=32), nullable=False),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_duplicate_paper_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["paper.id"], name=op.f("fk_duplicate_other_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_id", "other_id", name=op.f("pk_duplicate")),
    )
    op.create_index("ix_duplicate_other_id", "duplicate", ["other_id"])


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
