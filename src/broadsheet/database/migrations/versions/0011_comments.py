"""Readers' comments on papers."""

import sqlalchemy as sa
from alembic import op

revision = '0011_comments'
down_revision = '0010_traces'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('comment',
    sa.Column('id', _ID, nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('parent_id', _ID, nullable=True),
    sa.Column('written_at', sa.String(length=32), nullable=False),
    sa.Column('hidden_at', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_comment_paper_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['parent_id'], ['comment.id'], name=op.f('fk_comment_parent_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_comment_paper_id', 'comment', ['paper_id'], unique=False)
    op.create_index('ix_comment_parent_id', 'comment', ['parent_id'], unique=False)
    op.create_table('comment_text',
    sa.Column('comment_id', _ID, nullable=False),
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('edited_at', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_comment_text_comment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_comment_text_reader_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('comment_id', name=op.f('pk_comment_text'))
    )
    op.create_index('ix_comment_text_reader_id', 'comment_text', ['reader_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
