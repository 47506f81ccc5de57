"""conversations that are merged; what the shop calls categories and causes of complaints."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('written_in_id', sa.String(length=32), nullable=True))
        batch_op.create_index('ix_conversations_merged_into_id', ['merged_into_id'], unique=False)
    op.create_table(
        'complaint_terms',
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('code', sa.String(length=16), nullable=False),
        sa.Column('names', sa.JSON(), nullable=False),
        sa.Column('retired_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('updated_by_id', sa.Integer(), nullable=True),
        sa.Column('updated_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['updated_by_id'], ['agents.id'], name=op.f('fk_complaint_terms_updated_by_id_agents')),
        sa.PrimaryKeyConstraint('kind', 'code', name=op.f('pk_complaint_terms')),
    )


def downgrade() -> None:
    op.drop_table('complaint_terms')
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_index('ix_conversations_merged_into_id')
        batch_op.drop_column('written_in_id')
        batch_op.drop_column('merged_into_id')
