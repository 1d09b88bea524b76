"""An operator's weights of trending, and how often each place of a page was seen."""

import sqlalchemy as sa
from alembic import op

revision = '0019_weighing'
down_revision = '0018_sent'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('trending_weighing',
    sa.Column('id', _ID, nullable=False),
    sa.Column('at', sa.String(length=32), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('weights', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trending_weighing'))
    )
    op.create_table('exposure',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('page', sa.String(length=96), nullable=False),
    sa.Column('place', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_exposure_paper_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('day', 'page', 'place', 'paper_id', name=op.f('pk_exposure'))
    )
    op.create_index('ix_exposure_paper_id', 'exposure', ['paper_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
