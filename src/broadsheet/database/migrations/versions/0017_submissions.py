"""Papers that readers submitted."""

import sqlalchemy as sa
from alembic import op

revision = '0017_submissions'
down_revision = '0016_sections'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('submission',
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('submitted_at', sa.String(length=32), nullable=False),
    sa.Column('is_new', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_submission_reader_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_submission_paper_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('reader_id', 'paper_id', name=op.f('pk_submission'))
    )
    op.create_index('ix_submission_paper_id', 'submission', ['paper_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
