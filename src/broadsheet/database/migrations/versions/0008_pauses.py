"""Subscriptions that rest until a day."""

import sqlalchemy as sa
from alembic import op

revision = '0008_pauses'
down_revision = '0007_votes'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column('subscription', sa.Column('paused_until', sa.Date(), nullable=True))


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
