"""Whose artefacts are, what was found where they should stand, and the licence of a paper's text."""

import sqlalchemy as sa
from alembic import op

revision = '0004_artefact_checks'
down_revision = '0003_merging'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('artefact_check',
    sa.Column('url', sa.String(length=2048), nullable=False),
    sa.Column('host', sa.String(length=255), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('checked_at', sa.String(length=32), nullable=False),
    sa.Column('due_at', sa.String(length=32), nullable=False),
    sa.Column('seen_alive_at', sa.String(length=32), nullable=True),
    sa.Column('dead_since', sa.String(length=32), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('moved_to', sa.String(length=2048), nullable=False),
    sa.Column('etag', sa.String(length=255), nullable=False),
    sa.Column('licence', sa.String(length=64), nullable=True),
    sa.Column('stars', sa.Integer(), nullable=True),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('url', name=op.f('pk_artefact_check'))
    )
    with op.batch_alter_table('artefact_check', schema=None) as batch_op:
        batch_op.create_index('ix_artefact_check_due_at', ['due_at'], unique=False)
        batch_op.create_index('ix_artefact_check_host_checked_at', ['host', 'checked_at'], unique=False)

    op.create_table('host_pause',
    sa.Column('host', sa.String(length=255), nullable=False),
    sa.Column('until', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('host', name=op.f('pk_host_pause'))
    )
    op.add_column('artefact', sa.Column('official', sa.Boolean(), nullable=True))
    op.add_column('artefact', sa.Column('reason', sa.Text(), server_default='', nullable=False))
    op.add_column('paper', sa.Column('licence', sa.String(length=200), server_default='', nullable=False))


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
