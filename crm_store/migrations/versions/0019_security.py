"""people to be forgotten; which key the store is written with; keys of the shop's systems."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'erasures',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=True),
        sa.Column('identity_id', sa.Integer(), nullable=True),
        sa.Column('files', sa.JSON(), nullable=False),
        sa.Column('asked_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('finished_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint('(member_id IS NULL) <> (identity_id IS NULL)', name=op.f('ck_erasures_one_of_both')),
        sa.ForeignKeyConstraint(['identity_id'], ['identities.id'], name=op.f('fk_erasures_identity_id_identities')),
        sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_erasures_member_id_members')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erasures')),
    )
    for column in ('finished_at', 'identity_id', 'member_id'):
        op.create_index(f'ix_erasures_{column}', 'erasures', [column], unique=False)
    op.create_table(
        'store_key',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('proof', sa.Text(), nullable=False),
        sa.Column('rotating_since', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_store_key')),
    )
    op.create_table(
        'api_keys',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('hint', sa.String(length=8), nullable=False),
        sa.Column('key_hash', sa.String(length=64), nullable=False),
        sa.Column('scopes', sa.JSON(), nullable=False),
        sa.Column('created_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('expires_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('revoked_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('used_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_api_keys_key_hash')),
    )


def downgrade() -> None:
    op.drop_table('api_keys')
    op.drop_table('store_key')
    for column in ('member_id', 'identity_id', 'finished_at'):
        op.drop_index(f'ix_erasures_{column}', table_name='erasures')
    op.drop_table('erasures')
