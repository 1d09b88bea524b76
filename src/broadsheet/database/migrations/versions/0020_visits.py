"""When a reader was last here."""

import sqlalchemy as sa
from alembic import op

revision = '0020_visits'
down_revision = '0019_weighing'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('reader_visit',
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('last_at', sa.String(length=32), nullable=False),
    sa.Column('before_at', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_reader_visit_reader_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('reader_id', name=op.f('pk_reader_visit'))
    )


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
