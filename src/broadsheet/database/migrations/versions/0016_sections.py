"""Sections in the reader's order, mutes, a weekday, vacations, and the language of dates."""

import sqlalchemy as sa
from alembic import op

revision = '0016_sections'
down_revision = '0015_returned'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_FOLLOWED = 'topics,searches,authors,categories'


def upgrade() -> None:
    """Bring the schema forward; who is subscribed gets what came before, in the order in which it came."""
    op.add_column('subscription', sa.Column('sections', sa.String(length=120), server_default='picks,trending,new,' + _FOLLOWED, nullable=False))
    op.add_column('subscription', sa.Column('weekday', sa.Integer(), server_default='0', nullable=False))
    op.add_column('subscription', sa.Column('beside', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('subscription', sa.Column('even_empty', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('subscription', sa.Column('locale', sa.String(length=16), server_default='en', nullable=False))
    op.add_column('subscription', sa.Column('paused_from', sa.Date(), nullable=True))
    known = sa.table(
        'subscription', sa.column('edition', sa.Boolean), sa.column('sections', sa.String), sa.column('beside', sa.Boolean)
    )
    op.execute(sa.update(known).values(beside=True))
    op.execute(sa.update(known).where(~known.c.edition).values(sections=_FOLLOWED))
    op.drop_column('subscription', 'edition')  # never in a batch: SQLite would drop the table, and with it what hangs on it
    op.create_table('mute',
    sa.Column('subscription_id', _ID, nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_mute_subscription_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subscription_id', 'kind', 'value', name=op.f('pk_mute')),
    sqlite_with_rowid=False
    )
    op.create_table('muted_paper',
    sa.Column('subscription_id', _ID, nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_muted_paper_paper_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_muted_paper_subscription_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subscription_id', 'paper_id', name=op.f('pk_muted_paper'))
    )
    op.create_index('ix_muted_paper_paper_id', 'muted_paper', ['paper_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
