"""What comes back to mails, what it counts for, and who took whom off the list of addresses that are not written to."""

import sqlalchemy as sa
from alembic import op

revision = '0015_returned'
down_revision = '0014_lists'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('suppression_event',
    sa.Column('id', _ID, nullable=False),
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('event', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('at', sa.String(length=32), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppression_event'))
    )
    op.create_index('ix_suppression_event_address_key', 'suppression_event', ['address_key'], unique=False)
    op.create_index('ix_suppression_event_at', 'suppression_event', ['at'], unique=False)
    op.create_table('mail_return',
    sa.Column('mail_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('at', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('mail_id', 'kind', name=op.f('pk_mail_return'))
    )
    op.create_index('ix_mail_return_at', 'mail_return', ['at'], unique=False)
    op.create_table('mail_trouble',
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('points', sa.Float(), nullable=False),
    sa.Column('at', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('address_key', name=op.f('pk_mail_trouble'))
    )
    op.create_table('mail_tally',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('domain', sa.String(length=255), nullable=False),
    sa.Column('event', sa.String(length=16), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'domain', 'event', name=op.f('pk_mail_tally'))
    )
    op.create_table('mail_pause',
    sa.Column('id', _ID, nullable=False),
    sa.Column('since', sa.String(length=32), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('lifted_at', sa.String(length=32), nullable=True),
    sa.Column('lifted_by', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_pause'))
    )
    op.create_index('ix_delivery_message_id', 'delivery', ['message_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
