"""Readers' votes for papers."""

import sqlalchemy as sa
from alembic import op

revision = '0007_votes'
down_revision = '0006_readers'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('vote',
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('voted_at', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_vote_reader_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_vote_paper_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('reader_id', 'paper_id', name=op.f('pk_vote'))
    )
    op.create_index('ix_vote_paper_id', 'vote', ['paper_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
