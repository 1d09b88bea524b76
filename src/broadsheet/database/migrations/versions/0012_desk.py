"""Drafts of editions, corrections of published ones, and what an editor says of a place."""

import sqlalchemy as sa
from alembic import op

revision = '0012_desk'
down_revision = '0011_comments'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column('edition_place', sa.Column('kicker', sa.String(length=64), server_default='', nullable=False))
    op.add_column('edition_place', sa.Column('chosen', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('edition_correction',
    sa.Column('id', _ID, nullable=False),
    sa.Column('edition_id', _ID, nullable=False),
    sa.Column('paper_id', _ID, nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('made_at', sa.String(length=32), nullable=False),
    sa.Column('made_by', _ID, nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], name=op.f('fk_edition_correction_edition_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_edition_correction_paper_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by'], ['reader.id'], name=op.f('fk_edition_correction_made_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_edition_correction'))
    )
    op.create_index('ix_edition_correction_edition_id', 'edition_correction', ['edition_id'], unique=False)
    op.create_index('ix_edition_correction_paper_id', 'edition_correction', ['paper_id'], unique=False)
    op.create_table('edition_draft',
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('goes_out', sa.String(length=5), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('saved_at', sa.String(length=32), nullable=False),
    sa.Column('saved_by', _ID, nullable=True),
    sa.ForeignKeyConstraint(['saved_by'], ['reader.id'], name=op.f('fk_edition_draft_saved_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('period', 'starts_on', name=op.f('pk_edition_draft'))
    )
    op.create_table('edition_draft_pick',
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('paper_id', _ID, nullable=False),
    sa.Column('kicker', sa.String(length=64), nullable=False),
    sa.Column('blurb', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['period', 'starts_on'], ['edition_draft.period', 'edition_draft.starts_on'], name=op.f('fk_edition_draft_pick_period_starts_on'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_edition_draft_pick_paper_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('period', 'starts_on', 'place', name=op.f('pk_edition_draft_pick'))
    )
    op.create_index('ix_edition_draft_pick_paper_id', 'edition_draft_pick', ['paper_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
