"""Submissions by their time, for the pages that show what was sent in of late."""

from alembic import op

revision = '0018_sent'
down_revision = '0017_submissions'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index('ix_submission_submitted_at', 'submission', ['submitted_at'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
