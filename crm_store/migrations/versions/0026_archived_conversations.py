"""conversations that were closed long ago are archived: their messages packed into one row each."""

import sqlalchemy as sa
from alembic import op

import crm_store.db
import crm_store.sealing

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

NOT_ARCHIVED = sa.text("state = 'closed' AND archived_at IS NULL")
WITH_WORDS = sa.text('forgotten_at IS NULL')
ANSWERS = sa.text('in_reply_to IS NOT NULL')


def upgrade() -> None:
    op.create_table(
        'archived_conversations',
        sa.Column('conversation_id', sa.String(length=32), nullable=False),
        sa.Column('closed_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('archived_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('messages', sa.Integer(), nullable=False),
        sa.Column('files', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('packed', crm_store.sealing.SealablePacked(), nullable=False),
        sa.Column('forgotten_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_archived_conversations_conversation_id_conversations'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_archived_conversations')),
    )
    op.create_index(
        'ix_archived_conversations_with_words',
        'archived_conversations',
        ['closed_at'],
        unique=False,
        sqlite_where=WITH_WORDS,
        postgresql_where=WITH_WORDS,
    )
    op.create_table(
        'archived_words',
        sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
        sa.Column('conversation_id', sa.String(length=32), nullable=False),
        sa.Column('folded', crm_store.sealing.SealableWords('said'), nullable=False),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_archived_words_conversation_id_conversations'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('message_id', name=op.f('pk_archived_words')),
        sa.UniqueConstraint('conversation_id', name=op.f('uq_archived_words_conversation_id')),
    )
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('archived_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))
    op.create_index(
        'ix_conversations_not_archived',
        'conversations',
        ['closed_at', 'id'],
        unique=False,
        sqlite_where=NOT_ARCHIVED,
        postgresql_where=NOT_ARCHIVED,
    )
    # Without them each message that goes into the archive would have whole tables read for what speaks of it.
    op.create_index(
        'ix_messages_in_reply_to', 'messages', ['in_reply_to'], unique=False, sqlite_where=ANSWERS, postgresql_where=ANSWERS
    )
    op.create_index('ix_complaint_events_message_id', 'complaint_events', ['message_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_complaint_events_message_id', table_name='complaint_events')
    op.drop_index('ix_messages_in_reply_to', table_name='messages')
    op.drop_index('ix_conversations_not_archived', table_name='conversations')
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('archived_at')
    op.drop_table('archived_words')
    op.drop_table('archived_conversations')
