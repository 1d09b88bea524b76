"""Saved searches in subscriptions, and what they found."""

import sqlalchemy as sa
from alembic import op

revision = '0005_saved_searches'
down_revision = '0004_artefact_checks'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('saved_search',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subscription_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('question', sa.String(length=2000), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.String(length=32), nullable=False),
    sa.Column('confirmed_at', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_saved_search_subscription_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_search')),
    sa.UniqueConstraint('subscription_id', 'question', name=op.f('uq_saved_search_subscription_id_question'))
    )
    op.create_table('search_find',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('question', sa.String(length=2000), nullable=False),
    sa.Column('paper_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('found_at', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_search_find_paper_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_find'))
    )
    with op.batch_alter_table('search_find', schema=None) as batch_op:
        batch_op.create_index('ix_search_find_found_at', ['found_at'], unique=False)
        batch_op.create_index('ix_search_find_paper_id', ['paper_id'], unique=False)

    op.add_column('delivery_paper', sa.Column('find_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.add_column('subscription', sa.Column('edition', sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
