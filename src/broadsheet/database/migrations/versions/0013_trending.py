"""Trending keeps what it made of a paper's signals, and computes anew only what changed."""

import sqlalchemy as sa
from alembic import op

revision = '0013_trending'
down_revision = '0012_desk'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward: scores are made of the signals, so nothing is carried over."""
    op.create_index('ix_artefact_url', 'artefact', ['url'], unique=False)
    op.drop_table('trending_score')
    op.create_table('unweighed',
    sa.Column('paper_id', _ID, autoincrement=False, nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('paper_id', name=op.f('pk_unweighed'))
    )
    op.create_table('trending_candidate',
    sa.Column('paper_id', _ID, autoincrement=False, nullable=False),
    sa.Column('joined', sa.Float(), nullable=False),
    sa.Column('started', sa.Float(), nullable=False),
    sa.Column('stars', sa.Float(), nullable=True),
    sa.Column('citations', sa.Float(), nullable=True),
    sa.Column('categories', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('paper_id', name=op.f('pk_trending_candidate'))
    )
    op.create_index('ix_trending_candidate_joined', 'trending_candidate', ['joined'], unique=False)
    op.create_table('trending_reading',
    sa.Column('paper_id', _ID, autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('start', sa.Float(), nullable=False),
    sa.Column('read', sa.Float(), nullable=False),
    sa.Column('count', sa.Float(), nullable=False),
    sa.Column('age', sa.Float(), nullable=False),
    sa.Column('count_before', sa.Float(), nullable=False),
    sa.Column('age_before', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('paper_id', 'kind', name=op.f('pk_trending_reading'))
    )
    op.create_index('ix_trending_reading_kind_read', 'trending_reading', ['kind', 'read'], unique=False)
    op.create_table('trending_page',
    sa.Column('window', sa.String(length=8), nullable=False),
    sa.Column('past', sa.Boolean(), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=False),
    sa.Column('papers', sa.Text(), nullable=False),
    sa.Column('candidates', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('window', 'past', 'topic', name=op.f('pk_trending_page'))
    )


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
