"""who of the staff is there, since when customers wait, labels of conversations."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('presence', sa.String(length=10), server_default='online', nullable=False))
        batch_op.add_column(sa.Column('presence_since', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('seen_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('left_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('languages', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('skills', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('capacity', sa.Integer(), nullable=True))
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('waiting_since', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('call_back_offered_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('joined', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('snoozed_until', crm_store.db.UTCDateTime(timezone=True), nullable=True))
    op.create_table(
        'conversation_labels',
        sa.Column('conversation_id', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=30), nullable=False),
        sa.Column('agent_id', sa.Integer(), nullable=True),
        sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_conversation_labels_agent_id_agents')),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_conversation_labels_conversation_id_conversations'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('conversation_id', 'name', name=op.f('pk_conversation_labels')),
    )
    with op.batch_alter_table('conversation_labels', schema=None) as batch_op:
        batch_op.create_index('ix_conversation_labels_name', ['name'], unique=False)
    # Whoever waits at this moment has waited since they entered the line, or since their last unread words.
    op.execute("UPDATE conversations SET waiting_since = queued_at WHERE state = 'queue'")
    op.execute(
        "UPDATE conversations SET waiting_since = last_customer_at WHERE state = 'agent' AND unread_for_agent > 0"
    )


def downgrade() -> None:
    op.drop_table('conversation_labels')
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('snoozed_until')
        batch_op.drop_column('joined')
        batch_op.drop_column('call_back_offered_at')
        batch_op.drop_column('waiting_since')
    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.drop_column('capacity')
        batch_op.drop_column('skills')
        batch_op.drop_column('languages')
        batch_op.drop_column('left_at')
        batch_op.drop_column('seen_at')
        batch_op.drop_column('presence_since')
        batch_op.drop_column('presence')
