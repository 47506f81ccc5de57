"""what may be sealed has room for it: names, birthdays, what was said."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

WIDENED = {
    'callbacks': {'topic': 500, 'note': 2000},
    'compensations': {'reason': 500, 'refusal': 500},
    'exit_interviews': {'words': 2000, 'wish': 2000},
    'follow_ups': {'outcome_note': 2000},
    'identities': {'display_name': 200},
    'interactions': {'summary': 500},
    'knowledge_gaps': {'normalised': 300},
    'member_changes': {'reason': 500},
    'members': {'family_name': 80, 'given_name': 80, 'preferred_name': 80, 'name_key': 500},
    'messages': {'error': 500},
    'orders': {'cancel_reason': 200},
    'privacy_requests': {'note': 2000},
    'promises': {'note': 500},
    'redemptions': {'cancel_reason': 200},
    'return_requests': {'note': 2000, 'rejection': 500},
    'win_back_acts': {'note': 2000},
    'win_back_cases': {'outcome_note': 2000},
}


def upgrade() -> None:
    # SQLite counts no characters, and would copy whole tables that others point to.
    if op.get_bind().dialect.name == 'postgresql':
        for table, columns in WIDENED.items():
            for column in columns:
                op.alter_column(table, column, type_=sa.Text())
        op.alter_column(
            'members', 'birthday', type_=sa.Text(), postgresql_using="to_char(birthday, 'YYYY-MM-DD')"
        )
        return
    # SQLite keeps days as text already; only what the column says of itself changes.
    op.add_column('members', sa.Column('born', sa.Text(), nullable=True))
    op.execute('UPDATE members SET born = birthday')
    op.drop_column('members', 'birthday')
    op.execute('ALTER TABLE members RENAME COLUMN born TO birthday')


def downgrade() -> None:
    """After `huike keys unseal`."""
    if op.get_bind().dialect.name == 'postgresql':
        for table, columns in WIDENED.items():
            for column, length in columns.items():
                op.alter_column(table, column, type_=sa.String(length=length))
        op.alter_column('members', 'birthday', type_=sa.Date(), postgresql_using='birthday::date')
        return
    op.add_column('members', sa.Column('born', sa.Date(), nullable=True))
    op.execute('UPDATE members SET born = birthday')
    op.drop_column('members', 'birthday')
    op.execute('ALTER TABLE members RENAME COLUMN born TO birthday')
