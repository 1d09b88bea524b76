"""Votes for comments."""

import sqlalchemy as sa
from alembic import op

revision = '0023_comment_votes'
down_revision = '0022_moves'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('comment_vote',
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('comment_id', _ID, nullable=False),
    sa.Column('voted_at', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_comment_vote_comment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_comment_vote_reader_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('reader_id', 'comment_id', name=op.f('pk_comment_vote'))
    )
    op.create_index('ix_comment_vote_comment_id', 'comment_vote', ['comment_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
