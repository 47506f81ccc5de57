"""phrases of the agents."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'phrases',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('titles', sa.JSON(), nullable=False),
        sa.Column('texts', sa.JSON(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('updated_by_id', sa.Integer(), nullable=True),
        sa.Column('updated_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['updated_by_id'], ['agents.id'], name=op.f('fk_phrases_updated_by_id_agents')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_phrases')),
        sa.UniqueConstraint('code', name=op.f('uq_phrases_code')),
    )


def downgrade() -> None:
    op.drop_table('phrases')
