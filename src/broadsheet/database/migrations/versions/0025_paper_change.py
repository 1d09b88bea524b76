"""Which papers had votes and comments since a page was made."""

import sqlalchemy as sa
from alembic import op

revision = '0025_paper_change'
down_revision = '0024_sent_section'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('paper_change',
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('paper_id', name=op.f('pk_paper_change'))
    )


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
