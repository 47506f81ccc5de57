"""ids of messages and of contacts have 64 bits on PostgreSQL, which writes their tables anew."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

WITH_EVERY_MESSAGE = (
    ('messages', 'id'),
    ('interactions', 'id'),
    ('messages', 'in_reply_to'),
    ('message_words', 'message_id'),
    ('interactions', 'message_id'),
    ('complaint_events', 'message_id'),
    ('proactive_sends', 'message_id'),
)


def upgrade() -> None:
    _change(sa.Integer(), sa.BigInteger(), 'bigint')


def downgrade() -> None:
    _change(sa.BigInteger(), sa.Integer(), 'integer')


def _change(existing: sa.types.Integer, wanted: sa.types.Integer, of_sequence: str) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        return
    for table, column in WITH_EVERY_MESSAGE:
        if column == 'id':
            op.execute(f'ALTER SEQUENCE {table}_id_seq AS {of_sequence}')
        op.alter_column(table, column, existing_type=existing, type_=wanted)
