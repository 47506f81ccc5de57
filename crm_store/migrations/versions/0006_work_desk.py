"""the work desk: owners of promises, returns and requests, causes of complaints, compensations."""

import sqlalchemy as sa
from alembic import op

import crm_store.db


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('compensations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('reward_code', sa.String(length=40), nullable=True),
    sa.Column('coupon_code', sa.String(length=20), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', crm_store.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', crm_store.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('refusal', sa.String(length=500), nullable=True),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_compensations_amount')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['agents.id'], name=op.f('fk_compensations_asked_by_id_agents')),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaints.id'], name=op.f('fk_compensations_complaint_id_complaints')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['agents.id'], name=op.f('fk_compensations_decided_by_id_agents')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_compensations_member_id_members')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_compensations')),
    sa.UniqueConstraint('key', name=op.f('uq_compensations_key'))
    )
    with op.batch_alter_table('compensations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_compensations_complaint_id'), ['complaint_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_compensations_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_compensations_status'), ['status'], unique=False)

    with op.batch_alter_table('callbacks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))

    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cause', sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column('escalated_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('confirmed_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_complaints_cause'), ['cause'], unique=False)

    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_up_at', crm_store.db.UTCDateTime(timezone=True), nullable=True))

    for table in ('privacy_requests', 'promises', 'return_requests'):
        # One statement for both databases. Alembic would copy the table on SQLite, and dropping the old one is refused
        # where rows of another table refer to it.
        op.execute(
            f'ALTER TABLE {table} ADD COLUMN owner_id INTEGER CONSTRAINT fk_{table}_owner_id_agents REFERENCES agents (id)'
        )
        op.create_index(op.f(f'ix_{table}_owner_id'), table, ['owner_id'], unique=False)

    with op.batch_alter_table('redemptions', schema=None) as batch_op:
        batch_op.alter_column('entry_id', existing_type=sa.INTEGER(), nullable=True)

    # Whoever gave their word kept it so far; a complaint's promise is its owner's.
    op.execute('UPDATE promises SET owner_id = agent_id')
    op.execute(
        'UPDATE promises SET owner_id = (SELECT owner_id FROM complaints WHERE complaints.promise_id = promises.id) '
        'WHERE id IN (SELECT promise_id FROM complaints WHERE owner_id IS NOT NULL AND promise_id IS NOT NULL)'
    )


def downgrade() -> None:
    op.execute('DELETE FROM redemptions WHERE entry_id IS NULL')
    with op.batch_alter_table('redemptions', schema=None) as batch_op:
        batch_op.alter_column('entry_id', existing_type=sa.INTEGER(), nullable=False)

    for table in ('return_requests', 'promises', 'privacy_requests'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'fk_{table}_owner_id_agents'), type_='foreignkey')
            batch_op.drop_index(batch_op.f(f'ix_{table}_owner_id'))
            batch_op.drop_column('owner_id')

    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_column('given_up_at')

    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_complaints_cause'))
        batch_op.drop_column('confirmed_at')
        batch_op.drop_column('escalated_at')
        batch_op.drop_column('cause')

    with op.batch_alter_table('callbacks', schema=None) as batch_op:
        batch_op.drop_column('attempts')

    with op.batch_alter_table('compensations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_compensations_status'))
        batch_op.drop_index(batch_op.f('ix_compensations_member_id'))
        batch_op.drop_index(batch_op.f('ix_compensations_complaint_id'))

    op.drop_table('compensations')
