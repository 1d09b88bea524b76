"""Which reader an OpenID provider means by a subject."""

import sqlalchemy as sa
from alembic import op

revision = '0009_openid'
down_revision = '0008_pauses'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('openid_identity',
    sa.Column('issuer', sa.String(length=255), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('reader_id', _ID, nullable=False),
    sa.Column('linked_at', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['reader_id'], ['reader.id'], name=op.f('fk_openid_identity_reader_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('issuer', 'subject', name=op.f('pk_openid_identity'))
    )
    op.create_index('ix_openid_identity_reader_id', 'openid_identity', ['reader_id'], unique=False)


def downgrade() -> None:
    """Broadsheet goes forward only: restore a backup to go back."""
    raise NotImplementedError
