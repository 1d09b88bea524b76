"""Reports, moderation, mutes, bans, claims of authorship, and looks of names."""

import sqlalchemy as sa
from alembic import op

revision = '0021_moderation'
down_revision = '0020_visits'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward; names from before get no look, and keep what they have until they are changed."""
    op.add_column('reader', sa.Column('name_look', sa.String(length=255), nullable=True))
    op.create_index('ix_reader_name_look', 'reader', ['name_look'], unique=True)
    op.create_table('ban',
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('banned_at', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('address_key', name=op.f('pk_ban'))
    )
    op.create_index('ix_ban_reader_id', 'ban', ['reader_id'], unique=False)
    op.create_table('audit_entry',
    sa.Column('id', _ID, nullable=False),
    sa.Column('at', sa.String(length=32), nullable=False),
    sa.Column('actor_id', _ID, nullable=False),
    sa.Column('action', sa.String(length=16), nullable=False),
    sa.Column('subject', sa.String(length=16), nullable=False),
    sa.Column('subject_id', _ID, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    op.create_table('hidden_paper',
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('hidden_at', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_hidden_paper_paper_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('paper_id', 'hidden_at', name=op.f('pk_hidden_paper'))
    )
    op.create_table('report',
    sa.Column('id', _ID, nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('comment_id', _ID, nullable=True),
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('reported_at', sa.String(length=32), nullable=False),
    sa.Column('settled_at', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_report_paper_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_report_comment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_report_reader_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report'))
    )
    for column in ('paper_id', 'comment_id', 'reader_id', 'settled_at'):
        op.create_index(f'ix_report_{column}', 'report', [column], unique=False)
    op.create_table('muted_reader',
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('muted_id', _ID, nullable=False),
    sa.Column('muted_at', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_muted_reader_reader_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['muted_id'], ['reader.id'], name=op.f('fk_muted_reader_muted_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('reader_id', 'muted_id', name=op.f('pk_muted_reader'))
    )
    op.create_index('ix_muted_reader_muted_id', 'muted_reader', ['muted_id'], unique=False)
    op.create_table('claim',
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('how', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_claim_reader_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_claim_paper_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('reader_id', 'paper_id', name=op.f('pk_claim'))
    )
    op.create_index('ix_claim_paper_id', 'claim', ['paper_id'], unique=False)
    op.create_index('ix_claim_state', 'claim', ['state'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
