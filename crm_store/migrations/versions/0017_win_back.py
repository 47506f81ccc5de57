"""lost members, exit interviews, win-back cases and the thank-you list."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('thank_you_entries',
    sa.Column('member_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value_minor', sa.BigInteger(), nullable=False),
    sa.Column('listed_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_thank_you_entries_member_id_members')),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_thank_you_entries'))
    )
    op.create_table('thank_yous',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('how', sa.String(length=8), nullable=False),
    sa.Column('agent_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_thank_yous_agent_id_agents')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_thank_yous_member_id_members')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thank_yous')),
    sa.UniqueConstraint('key', name=op.f('uq_thank_yous_key'))
    )
    op.create_index('ix_thank_yous_member_id_at', 'thank_yous', ['member_id', 'at'], unique=False)

    op.create_table('win_back_cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('departure', sa.String(length=40), nullable=False),
    sa.Column('way', sa.String(length=8), nullable=False),
    sa.Column('departed_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('cause', sa.String(length=16), nullable=True),
    sa.Column('value_minor', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('due_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('acted_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('outcome_note', sa.String(length=2000), nullable=True),
    sa.Column('outcome_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('outcome_by_id', sa.Integer(), nullable=True),
    sa.Column('arm', sa.String(length=8), nullable=True),
    sa.Column('proof', sa.String(length=8), nullable=True),
    sa.Column('proved_by', sa.String(length=8), nullable=True),
    sa.Column('proved_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_win_back_cases_member_id_members')),
    sa.ForeignKeyConstraint(['outcome_by_id'], ['agents.id'], name=op.f('fk_win_back_cases_outcome_by_id_agents')),
    sa.ForeignKeyConstraint(['owner_id'], ['agents.id'], name=op.f('fk_win_back_cases_owner_id_agents')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_win_back_cases')),
    sa.UniqueConstraint('member_id', 'departure', name=op.f('uq_win_back_cases_member_id_departure'))
    )
    op.create_index('ix_win_back_cases_opened_at', 'win_back_cases', ['opened_at'], unique=False)
    op.create_index('ix_win_back_cases_owner_id', 'win_back_cases', ['owner_id'], unique=False)
    op.create_index('ix_win_back_cases_proof', 'win_back_cases', ['proof'], unique=False)
    op.create_index('ix_win_back_cases_state', 'win_back_cases', ['state'], unique=False)

    op.create_table('win_back_acts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=2000), nullable=False),
    sa.Column('agent_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_win_back_acts_agent_id_agents')),
    sa.ForeignKeyConstraint(['case_id'], ['win_back_cases.id'], name=op.f('fk_win_back_acts_case_id_win_back_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_win_back_acts')),
    sa.UniqueConstraint('key', name=op.f('uq_win_back_acts_key'))
    )
    op.create_index('ix_win_back_acts_case_id_at', 'win_back_acts', ['case_id', 'at'], unique=False)

    op.create_table('exit_interviews',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('departure', sa.String(length=40), nullable=False),
    sa.Column('way', sa.String(length=8), nullable=False),
    sa.Column('causes', sa.JSON(), nullable=False),
    sa.Column('words', sa.String(length=2000), nullable=False),
    sa.Column('wish', sa.String(length=2000), nullable=False),
    sa.Column('may_contact', sa.Boolean(), nullable=True),
    sa.Column('by', sa.String(length=8), nullable=False),
    sa.Column('agent_id', sa.Integer(), nullable=True),
    sa.Column('conversation_id', sa.String(length=32), nullable=True),
    sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('amended_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('keys', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_exit_interviews_agent_id_agents')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_exit_interviews_conversation_id_conversations'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_exit_interviews_member_id_members')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exit_interviews')),
    sa.UniqueConstraint('member_id', 'departure', name=op.f('uq_exit_interviews_member_id_departure'))
    )
    op.create_index('ix_exit_interviews_at', 'exit_interviews', ['at'], unique=False)



def downgrade() -> None:
    op.drop_index('ix_exit_interviews_at', table_name='exit_interviews')

    op.drop_table('exit_interviews')
    op.drop_index('ix_win_back_acts_case_id_at', table_name='win_back_acts')

    op.drop_table('win_back_acts')
    op.drop_index('ix_win_back_cases_state', table_name='win_back_cases')
    op.drop_index('ix_win_back_cases_proof', table_name='win_back_cases')
    op.drop_index('ix_win_back_cases_owner_id', table_name='win_back_cases')
    op.drop_index('ix_win_back_cases_opened_at', table_name='win_back_cases')

    op.drop_table('win_back_cases')
    op.drop_index('ix_thank_yous_member_id_at', table_name='thank_yous')

    op.drop_table('thank_yous')
    op.drop_table('thank_you_entries')
