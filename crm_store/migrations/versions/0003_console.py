"""console: indexes of the desk's lists, the place a customer was told; tries to sign in are no longer rows."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('login_attempts', schema=None) as batch_op:
        batch_op.drop_index('ix_login_attempts_email_at')

    op.drop_table('login_attempts')
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place_told', sa.Integer(), nullable=True))
        batch_op.drop_index('ix_conversations_state_queued_at')
        batch_op.create_index('ix_conversations_waiting', ['urgency', 'queued_at', 'id', 'member_id'], unique=False, sqlite_where=sa.text("state = 'queue'"), postgresql_where=sa.text("state = 'queue'"))
        batch_op.create_index('ix_conversations_in_hand', ['agent_id', 'taken_at'], unique=False, sqlite_where=sa.text("state = 'agent'"), postgresql_where=sa.text("state = 'agent'"))
        batch_op.create_index('ix_conversations_state_last_message_at', ['state', 'last_message_at'], unique=False)
        batch_op.create_index('ix_conversations_taken_at', ['taken_at'], unique=False, sqlite_where=sa.text('taken_at IS NOT NULL'), postgresql_where=sa.text('taken_at IS NOT NULL'))


def downgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_index('ix_conversations_taken_at', sqlite_where=sa.text('taken_at IS NOT NULL'), postgresql_where=sa.text('taken_at IS NOT NULL'))
        batch_op.drop_index('ix_conversations_state_last_message_at')
        batch_op.drop_index('ix_conversations_in_hand', sqlite_where=sa.text("state = 'agent'"), postgresql_where=sa.text("state = 'agent'"))
        batch_op.drop_index('ix_conversations_waiting', sqlite_where=sa.text("state = 'queue'"), postgresql_where=sa.text("state = 'queue'"))
        batch_op.create_index('ix_conversations_state_queued_at', ['state', 'queued_at'], unique=False)
        batch_op.drop_column('place_told')

    op.create_table('login_attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('succeeded', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_attempts'))
    )
    with op.batch_alter_table('login_attempts', schema=None) as batch_op:
        batch_op.create_index('ix_login_attempts_email_at', ['email', 'at'], unique=False)
