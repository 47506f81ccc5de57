"""topics of news, goods waited for, what was sent unasked; what a score was asked about, and where a member is."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0014'
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('stock_watches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('told_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_stock_watches_member_id_members')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_stock_watches_product_id_products')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_watches')),
    sa.UniqueConstraint('member_id', 'product_id', name=op.f('uq_stock_watches_member_id_product_id'))
    )
    with op.batch_alter_table('stock_watches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_watches_product_id'), ['product_id'], unique=False)

    op.create_table('topic_stops',
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.String(length=20), nullable=False),
    sa.Column('stopped_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_topic_stops_member_id_members')),
    sa.PrimaryKeyConstraint('member_id', 'topic', name=op.f('pk_topic_stops'))
    )
    op.create_table('proactive_sends',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('topic', sa.String(length=20), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=True),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('sent_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('counts_until', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('stopped_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_proactive_sends_conversation_id_conversations'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_proactive_sends_member_id_members')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_proactive_sends_message_id_messages'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proactive_sends')),
    sa.UniqueConstraint('key', name=op.f('uq_proactive_sends_key'))
    )
    with op.batch_alter_table('proactive_sends', schema=None) as batch_op:
        batch_op.create_index('ix_proactive_sends_message_id', ['message_id'], unique=False)
        batch_op.create_index('ix_proactive_sends_member_id_sent_at', ['member_id', 'sent_at'], unique=False)
        batch_op.create_index('ix_proactive_sends_week', ['week'], unique=False)

    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.add_column(sa.Column('time_zone', sa.String(length=64), nullable=True))

    with op.batch_alter_table('survey_answers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sentiment', sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column('reference', sa.String(length=40), nullable=True))

    with op.batch_alter_table('survey_asks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reference', sa.String(length=40), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('survey_asks', schema=None) as batch_op:
        batch_op.drop_column('reference')

    with op.batch_alter_table('survey_answers', schema=None) as batch_op:
        batch_op.drop_column('reference')
        batch_op.drop_column('sentiment')

    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.drop_column('time_zone')

    with op.batch_alter_table('proactive_sends', schema=None) as batch_op:
        batch_op.drop_index('ix_proactive_sends_week')
        batch_op.drop_index('ix_proactive_sends_member_id_sent_at')
        batch_op.drop_index('ix_proactive_sends_message_id')

    op.drop_table('proactive_sends')
    op.drop_table('topic_stops')
    with op.batch_alter_table('stock_watches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_watches_product_id'))

    op.drop_table('stock_watches')
