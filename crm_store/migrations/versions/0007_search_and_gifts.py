"""search and gifts: names folded to be found by, words of messages, rewards given for nothing."""

import sqlalchemy as sa
from alembic import op

from crm_store.folding import name_key


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('message_words',
    sa.Column('message_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('folded', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_message_words_message_id_messages'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_message_words'))
    )
    with op.batch_alter_table('message_words', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_message_words_conversation_id'), ['conversation_id'], unique=False)

    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.add_column(sa.Column('name_key', sa.String(length=500), server_default='', nullable=False))

    with op.batch_alter_table('redemptions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('given_for', sa.String(length=20), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_redemptions_given_by_id_agents'), 'agents', ['given_by_id'], ['id'])

    _fold_names()


def _fold_names() -> None:
    """Members who are there already; the words of messages are taken up by the job that keeps them."""
    members = sa.table('members', *(sa.column(name) for name in ('id', 'family_name', 'given_name', 'preferred_name', 'name_key')))
    connection = op.get_bind()
    found = connection.execute(sa.select(members.c.id, members.c.family_name, members.c.given_name, members.c.preferred_name)).all()
    change = members.update().where(members.c.id == sa.bindparam('member')).values(name_key=sa.bindparam('key'))
    rows = [{'member': row[0], 'key': name_key(*row[1:])[:500]} for row in found]
    if rows:
        connection.execute(change, rows)


def downgrade() -> None:
    with op.batch_alter_table('redemptions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_redemptions_given_by_id_agents'), type_='foreignkey')
        batch_op.drop_column('given_for')
        batch_op.drop_column('given_by_id')

    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.drop_column('name_key')

    op.drop_table('message_words')
