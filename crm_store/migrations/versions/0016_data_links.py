"""links by which members fetch the copy of their data."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'data_links',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('request_id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('created_by_id', sa.Integer(), nullable=False),
        sa.Column('created_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('expires_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('used_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['created_by_id'], ['agents.id'], name=op.f('fk_data_links_created_by_id_agents')),
        sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_data_links_member_id_members')),
        sa.ForeignKeyConstraint(
            ['request_id'], ['privacy_requests.id'], name=op.f('fk_data_links_request_id_privacy_requests')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_data_links')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_data_links_token_hash')),
    )
    op.create_index('ix_data_links_member_id', 'data_links', ['member_id'], unique=False)
    op.create_index('ix_data_links_request_id', 'data_links', ['request_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_data_links_request_id', table_name='data_links')
    op.drop_index('ix_data_links_member_id', table_name='data_links')
    op.drop_table('data_links')
