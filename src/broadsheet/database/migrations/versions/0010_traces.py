"""Who wrote a record and when, beside the keys by which it is found."""

import sqlalchemy as sa
from alembic import op

revision = '0010_traces'
down_revision = '0009_openid'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column('record_key', sa.Column('trace', sa.BigInteger(), server_default=sa.text('0'), nullable=False))


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
