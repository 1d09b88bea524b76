"""What readers sent in as a section of mails, for whoever left the order of sections as it was."""

import sqlalchemy as sa
from alembic import op

revision = '0024_sent_section'
down_revision = '0023_comment_votes'
branch_labels = None
depends_on = None

_FOLLOWED = 'topics,searches,authors,categories'


def upgrade() -> None:
    """Bring the schema forward."""
    known = sa.table('subscription', sa.column('sections', sa.String))
    changed = sa.update(known).where(known.c.sections == 'picks,trending,new,' + _FOLLOWED)
    op.execute(changed.values(sections='picks,trending,sent,new,' + _FOLLOWED))


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
