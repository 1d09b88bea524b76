"""Withdrawn papers and news of a harvest; harvests of the past by ranges of days."""

import sqlalchemy as sa
from alembic import op

revision = '0002_harvests'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table('harvest', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('news_at', sa.String(length=32), nullable=True))
    with op.batch_alter_table('harvest', schema=None) as batch_op:
        batch_op.alter_column('withdrawn', existing_type=sa.Integer(), nullable=False, server_default=None)
    # Whoever brought new papers in its last run had its news then.
    op.execute("UPDATE harvest SET news_at = succeeded_at WHERE added > 0")
    op.create_table('backfill',
    sa.Column('source', sa.String(length=32), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('started_at', sa.String(length=32), nullable=False),
    sa.Column('ended_at', sa.String(length=32), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('withdrawn', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'since', 'until', name=op.f('pk_backfill'))
    )
