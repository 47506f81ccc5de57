"""points that are owed and taken back in part, when orders earn, pieces that came back, how long levels are kept, and
friends brought."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = crm_store.db.UTCDateTime(timezone=True)
    with op.batch_alter_table('points_accounts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('owed', sa.Integer(), server_default='0', nullable=False))

    with op.batch_alter_table('points_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('takes_from_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('owed', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_index('ix_points_entries_takes_from_id', ['takes_from_id'], unique=False)

    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('points_due_at', moment, nullable=True))
        batch_op.create_index('ix_orders_points_due_at', ['points_due_at'], unique=False)

    with op.batch_alter_table('order_lines', schema=None) as batch_op:
        batch_op.add_column(sa.Column('returned', sa.Integer(), server_default='0', nullable=False))
    op.execute(
        "UPDATE order_lines SET returned = (SELECT COALESCE(SUM(quantity), 0) FROM return_requests"
        " WHERE return_requests.line_id = order_lines.id AND return_requests.status = 'refunded')"
        " WHERE id IN (SELECT line_id FROM return_requests WHERE status = 'refunded')"
    )

    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.add_column(sa.Column('level_due_at', moment, nullable=True))
        batch_op.create_index('ix_members_level_due_at', ['level_due_at'], unique=False)

    op.create_table(
        'referral_codes',
        sa.Column('member_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('code', sa.String(length=8), nullable=False),
        sa.Column('at', moment, nullable=False),
        sa.ForeignKeyConstraint(
            ['member_id'], ['members.id'], name=op.f('fk_referral_codes_member_id_members')
        ),
        sa.PrimaryKeyConstraint('member_id', name=op.f('pk_referral_codes')),
        sa.UniqueConstraint('code', name=op.f('uq_referral_codes_code')),
    )
    op.create_table(
        'referrals',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('referrer_id', sa.Integer(), nullable=False),
        sa.Column('friend_id', sa.Integer(), nullable=False),
        sa.Column('at', moment, nullable=False),
        sa.Column('order_number', sa.String(length=80), nullable=True),
        sa.Column('rewarded_at', moment, nullable=True),
        sa.ForeignKeyConstraint(['friend_id'], ['members.id'], name=op.f('fk_referrals_friend_id_members')),
        sa.ForeignKeyConstraint(['referrer_id'], ['members.id'], name=op.f('fk_referrals_referrer_id_members')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_referrals')),
        sa.UniqueConstraint('friend_id', name=op.f('uq_referrals_friend_id')),
    )
    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.create_index('ix_referrals_order_number', ['order_number'], unique=False)
        batch_op.create_index('ix_referrals_referrer_id', ['referrer_id'], unique=False)


def downgrade() -> None:
    op.drop_table('referrals')
    op.drop_table('referral_codes')
    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.drop_index('ix_members_level_due_at')
        batch_op.drop_column('level_due_at')
    with op.batch_alter_table('order_lines', schema=None) as batch_op:
        batch_op.drop_column('returned')
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_index('ix_orders_points_due_at')
        batch_op.drop_column('points_due_at')
    with op.batch_alter_table('points_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_points_entries_takes_from_id')
        batch_op.drop_column('owed')
        batch_op.drop_column('takes_from_id')
    with op.batch_alter_table('points_accounts', schema=None) as batch_op:
        batch_op.drop_column('owed')
