"""Subscriptions that accounts have taken in, and those that go to another address."""

import sqlalchemy as sa
from alembic import op

revision = '0022_moves'
down_revision = '0021_moderation'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('owned_subscription',
    sa.Column('subscription_id', _ID, nullable=False),
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('since', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_owned_subscription_reader_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_owned_subscription_subscription_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subscription_id', name=op.f('pk_owned_subscription'))
    )
    op.create_index('ix_owned_subscription_reader_id', 'owned_subscription', ['reader_id'], unique=False)
    op.create_table('address_move',
    sa.Column('subscription_id', _ID, nullable=False),
    sa.Column('to_id', _ID, nullable=False),
    sa.Column('asked_at', sa.String(length=32), nullable=False),
    sa.Column('agreed_at', sa.String(length=32), nullable=True),
    sa.Column('confirmed_at', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_address_move_subscription_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_id'], ['subscription.id'], name=op.f('fk_address_move_to_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subscription_id', name=op.f('pk_address_move'))
    )
    op.create_index('ix_address_move_to_id', 'address_move', ['to_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
