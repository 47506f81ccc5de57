"""second factors, recovery codes and links for new passwords of the staff."""

import sqlalchemy as sa
from alembic import op

import crm_store.crypto
import crm_store.db


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'second_factors',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('agent_id', sa.Integer(), nullable=False),
        sa.Column('secret', crm_store.crypto.EncryptedText(), nullable=False),
        sa.Column('created_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('confirmed_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('last_step', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_second_factors_agent_id_agents')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factors')),
        sa.UniqueConstraint('agent_id', name=op.f('uq_second_factors_agent_id')),
    )
    op.create_table(
        'recovery_codes',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('agent_id', sa.Integer(), nullable=False),
        sa.Column('code_hash', sa.String(length=64), nullable=False),
        sa.Column('used_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_recovery_codes_agent_id_agents')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
        sa.UniqueConstraint('code_hash', name=op.f('uq_recovery_codes_code_hash')),
    )
    op.create_index('ix_recovery_codes_agent_id', 'recovery_codes', ['agent_id'], unique=False)
    op.create_table(
        'password_links',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('agent_id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('created_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('expires_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_password_links_agent_id_agents')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_password_links')),
        sa.UniqueConstraint('agent_id', name=op.f('uq_password_links_agent_id')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_password_links_token_hash')),
    )


def downgrade() -> None:
    op.drop_table('password_links')
    op.drop_index('ix_recovery_codes_agent_id', table_name='recovery_codes')
    op.drop_table('recovery_codes')
    op.drop_table('second_factors')
